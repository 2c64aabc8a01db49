"""The words of a confirmed-service-error: services, classes of error, and the errors of each class.

Source: IEC 62056-5-3, ConfirmedServiceError, ServiceError
"""

# Number of the confirmed service that failed -> its name.
CONFIRMED_SERVICES: dict[int, str] = {
    1: "initiate-error",
    2: "get-status",
    3: "get-name-list",
    4: "get-variable-attribute",
    5: "read",
    6: "write",
    7: "get-data-set-attribute",
    8: "get-ti-attribute",
    9: "change-scope",
    10: "start",
    11: "stop",
    12: "resume",
    13: "make-usable",
    14: "initiate-load",
    15: "load-segment",
    16: "terminate-load",
    17: "initiate-up-load",
    18: "up-load-segment",
    19: "terminate-up-load",
}

INITIATE_SERVICE = 1
INITIATE_CLASS = 6

# Number of the class -> its name, and the names of its errors from 0; reserved classes have no errors.
ERROR_CLASSES: dict[int, tuple[str, tuple[str, ...]]] = {
    0: (
        "application-reference",
        (
            "other",
            "time-elapsed",
            "application-unreachable",
            "application-reference-invalid",
            "application-context-unsupported",
            "provider-communication-error",
            "deciphering-error",
        ),
    ),
    1: (
        "hardware-resource",
        (
            "other",
            "memory-unavailable",
            "processor-resource-unavailable",
            "mass-storage-unavailable",
            "other-resource-unavailable",
        ),
    ),
    2: (
        "vde-state-error",
        ("other", "no-dlms-context", "loading-data-set", "status-nochange", "status-inoperable"),
    ),
    3: ("service", ("other", "pdu-size", "service-unsupported")),
    4: (
        "definition",
        ("other", "object-undefined", "object-class-inconsistent", "object-attribute-inconsistent"),
    ),
    5: (
        "access",
        (
            "other",
            "scope-of-access-violated",
            "object-access-violated",
            "hardware-fault",
            "object-unavailable",
        ),
    ),
    INITIATE_CLASS: (
        "initiate",
        (
            "other",
            "dlms-version-too-low",
            "incompatible-conformance",
            "pdu-size-too-short",
            "refused-by-the-vde-handler",
        ),
    ),
    7: (
        "load-data-set",
        (
            "other",
            "primitive-out-of-sequence",
            "not-loadable",
            "dataset-size-too-large",
            "not-awaited-segment",
            "interpretation-failure",
            "storage-failure",
            "data-set-not-ready",
        ),
    ),
    8: ("change-scope", ()),
    9: ("task", ("other", "no-remote-control", "ti-stopped", "ti-running", "ti-unusable")),
    10: ("other", ()),
}


def service_name(service: int) -> str:
    """Name of a confirmed service, its number when the standard gives it none."""
    return CONFIRMED_SERVICES.get(service, str(service))


def error_name(error_class: int, value: int) -> str:
    """Name of an error within its class, its number when the standard gives it none."""
    _name, errors = ERROR_CLASSES.get(error_class, ("", ()))
    return errors[value] if value < len(errors) else str(value)
