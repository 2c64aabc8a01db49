"""Every word of the reports that is not the evidence's own, in both languages side by side."""

from conformance.text import Text
from conformance.verdicts import Verdict

FROM_MEMORY = Text(
    "(Número de cláusula de memoria: verifíquelo en la norma.)",
    "(Clause number from memory: check it in the standard.)",
)

LABELS: dict[str, Text] = {
    "report_title": Text("Informe de conformidad", "Conformance report"),
    "verdict": Text("Veredicto", "Verdict"),
    "interrupted": Text(
        "Ejecución interrumpida: solo se juzgan los casos que alcanzaron a terminar.",
        "Run interrupted: only the cases that were finished are judged.",
    ),
    "device": Text("Dispositivo", "Device"),
    "device_note": Text(
        "Según su archivo de declaración; no se midió.", "As its target file declares; not measured."
    ),
    "link": Text("Enlace y reloj", "Link and clock"),
    "run": Text("Ejecución", "Run"),
    "counts": Text("Casos por veredicto", "Cases by verdict"),
    "total": Text("Total", "Total"),
    "cases": Text("Casos", "Cases"),
    "case": Text("Caso", "Case"),
    "attention": Text("Requiere atención", "Needs attention"),
    "matrix": Text("Matriz de cláusulas", "Matrix of clauses"),
    "matrix_empty": Text("Ninguna cláusula en esta ejecución.", "No clause in this run."),
    "cases_empty": Text("Ningún caso en esta ejecución.", "No case in this run."),
    "standard": Text("Norma", "Standard"),
    "edition": Text("edición", "edition"),
    "clause": Text("Cláusula", "Clause"),
    "title": Text("Título", "Title"),
    "paraphrase": Text("Paráfrasis", "Paraphrase"),
    "level": Text("Nivel", "Level"),
    "requirements": Text("Requisitos IPSE", "IPSE requirements"),
    "reason": Text("Motivo", "Reason"),
    "stimulus": Text("Estímulo", "Stimulus"),
    "requirement": Text("Requisito", "Requirement"),
    "needs": Text("Necesita", "Needs"),
    "steps": Text("Pasos", "Steps"),
    "time": Text("Tiempo (s)", "Time (s)"),
    "time_note": Text(
        "Los tiempos son del dispositivo, en segundos desde el inicio de la ejecución.",
        "Times are device time, in seconds since the run began.",
    ),
    "kind": Text("Tipo", "Kind"),
    "text": Text("Descripción", "Description"),
    "passed": Text("cumple", "passed"),
    "failed": Text("no cumple", "failed"),
    "frames": Text("Tramas", "Frames"),
    "frames_word": Text("tramas", "frames"),
    "frames_filter": Text("En frames.pcap:", "In frames.pcap:"),
    "frames_left_off": Text(
        "Más tramas de este caso, en report.html y frames.pcap:",
        "More frames of this case, in report.html and frames.pcap:",
    ),
    "direction": Text("Sentido", "Direction"),
    "direction_note": Text(
        "→ del banco al dispositivo; ← del dispositivo al banco.",
        "→ from the bench to the device; ← from the device to the bench.",
    ),
    "octets": Text("octetos", "octets"),
    "measurements": Text("Medidas", "Measurements"),
    "quantity": Text("Magnitud", "Quantity"),
    "value": Text("Valor", "Value"),
    "unit": Text("Unidad", "Unit"),
    "duration": Text("Duración", "Duration"),
    "duration_s": Text("Duración (s)", "Duration (s)"),
    "suite": Text("Conjunto", "Suite"),
    "notices": Text("Qué no es este resultado", "What this result is not"),
    "secret": Text("Contiene secretos", "Contains secrets"),
    "versions": Text("Versiones y reproducción", "Versions and reproduction"),
    "digest": Text("SHA-256 de evidence.json", "SHA-256 of evidence.json"),
    "page": Text("Página", "Page"),
    "of": Text("de", "of"),
    "back": Text("Volver al veredicto", "Back to the verdict"),
    "compact_note": Text(
        "Los casos sin hallazgos van en forma breve; sus pasos y tramas completos están en report.html.",
        "Cases without findings are kept short; their full steps and frames are in report.html.",
    ),
    "summary": Text("Resumen", "Summary"),
    "name": Text("Nombre", "Name"),
    "manufacturer": Text("Fabricante", "Manufacturer"),
    "model": Text("Modelo", "Model"),
    "serial": Text("Serie", "Serial number"),
    "drn": Text("DRN", "DRN"),
    "firmware": Text("Firmware", "Firmware"),
    "capabilities": Text("Capacidades declaradas", "Declared capabilities"),
    "stations": Text("Estaciones del banco", "Stations of the bench"),
    "link_url": Text("Dirección", "Address"),
    "scheme": Text("Medio", "Medium"),
    "framing": Text("Entramado", "Framing"),
    "clock": Text("Reloj", "Clock"),
    "profile": Text("Perfil", "Profile"),
    "suites": Text("Conjuntos", "Suites"),
    "seed": Text("Semilla", "Seed"),
    "started_at": Text("Inicio", "Started"),
    "finished_at": Text("Fin", "Finished"),
    "wall_duration": Text("Duración real", "Wall-clock duration"),
    "target": Text("Objetivo", "Target"),
    "operator": Text("Operador", "Operator"),
    "host": Text("Equipo", "Host"),
    "python": Text("Python", "Python"),
    "command": Text("Orden", "Command"),
    "product": Text("amibench", "amibench"),
    "schema": Text("Esquema", "Schema"),
}

SUITE_NAMES: dict[str, Text] = {
    "sts": Text("STS: prepago por token (IEC 62055-41)", "STS: prepayment by token (IEC 62055-41)"),
    "dlms": Text("DLMS/COSEM (IEC 62056)", "DLMS/COSEM (IEC 62056)"),
    "vending": Text("Sistema de venta STS (STS 531-1)", "STS vending system (STS 531-1)"),
    "closed-loop": Text(
        "Lazo cerrado: token, suministro y registro", "Closed loop: token, supply and register"
    ),
}

LEVELS: dict[str, Text] = {
    "shall": Text("debe", "shall"),
    "should": Text("debería", "should"),
    "may": Text("puede", "may"),
}

STEP_KINDS: dict[str, Text] = {
    "stimulus": Text("Estímulo", "Stimulus"),
    "observation": Text("Observación", "Observation"),
    "check": Text("Comprobación", "Check"),
    "note": Text("Nota", "Note"),
}

SCHEMES: dict[str, Text] = {
    "sim": Text("dispositivo simulado, en este proceso", "simulated device, in this process"),
    "mutant": Text("medidor simulado, defectuoso a propósito", "simulated meter, built wrong on purpose"),
    "tcp": Text("TCP", "TCP"),
    "udp": Text("UDP", "UDP"),
    "serial": Text("puerto serie", "serial port"),
    "memory": Text("en memoria", "in memory"),
    "vendor": Text("sistema de venta, en este proceso", "vending system, in this process"),
    "security-module+unix": Text("módulo de seguridad, socket Unix", "security module, Unix socket"),
    "security-module+tls": Text("módulo de seguridad, TLS", "security module, TLS"),
}

FRAMINGS: dict[str, Text] = {
    "wrapper": Text("wrapper (IEC 62056-4-7)", "wrapper (IEC 62056-4-7)"),
    "hdlc": Text("HDLC (IEC 62056-46)", "HDLC (IEC 62056-46)"),
    "requests": Text("solicitudes del adaptador", "requests of the adapter"),
}

CLOCKS: dict[str, Text] = {
    "virtual": Text("virtual (tiempo simulado)", "virtual (simulated time)"),
    "served": Text(
        "servido (dispositivo simulado en otro proceso)", "served (simulated device in another process)"
    ),
    "wall": Text("reloj real", "wall clock"),
}

#: What the verdict of the whole run means, in one sentence.
VERDICT_SENTENCES: dict[Verdict, Text] = {
    Verdict.CONFORMS: Text(
        "Ningún caso contradijo las cláusulas que se pudieron ensayar.",
        "No case contradicted the clauses that could be tested.",
    ),
    Verdict.FAILS: Text(
        "El dispositivo respondió de forma contraria a lo que exige al menos una cláusula.",
        "The device answered against what at least one clause requires.",
    ),
    Verdict.INCONCLUSIVE: Text(
        "No se vio ninguna falla, pero falta evidencia: hay casos sin concluir o ninguno aplicó.",
        "No failure was seen, but evidence is missing: cases stayed inconclusive or none applied.",
    ),
}

NOTICE_SECRET = Text(
    "Este expediente contiene secretos del dispositivo: las tramas pueden llevar contraseñas y tokens. "
    "Guárdelo y compártalo como información confidencial.",
    "This bundle holds secrets of the device: frames may carry passwords and tokens. "
    "Keep it and share it as confidential information.",
)

NOTICES: tuple[Text, ...] = (
    Text(
        "Conforme no es certificado. El informe dice si el dispositivo cumplió las cláusulas ensayadas; "
        "certificar corresponde a la STS Association, a la DLMS User Association y a los laboratorios "
        "acreditados.",
        "Conformant is not certified. The report says whether the device met the clauses that were tested; "
        "certifying belongs to the STS Association, the DLMS User Association and accredited laboratories.",
    ),
    Text(
        "Los ensayos STS usan claves de prueba publicadas, que no son claves de venta: nada aquí demuestra "
        "que el dispositivo esté cargado con las claves del prestador.",
        "The STS tests use published test keys, which are no vending keys: nothing here proves that the "
        "device holds the keys of a utility.",
    ),
    Text(
        "«No aplicable» y «no implementado» no son evidencia a favor: esas cláusulas no se ensayaron, por el "
        "motivo que consta en cada caso.",
        "“Not applicable” and “not implemented” are no evidence in favour: those clauses were not tested, "
        "for the reason written in each case.",
    ),
    Text(
        "Los textos de las cláusulas son paráfrasis de este proyecto; prevalece el texto de cada norma.",
        "The texts of the clauses are this project's paraphrases; the text of each standard prevails.",
    ),
)

NOTICE_VIRTUAL = Text(
    "El dispositivo ensayado es virtual: el resultado habla del programa que lo simula, no de un medidor "
    "físico.",
    "The device under test is virtual: the result speaks of the program that simulates it, not of a "
    "physical meter.",
)

NOTICE_VENDOR = Text(
    "El sistema de venta ensayado corrió en este proceso: el resultado habla de sus reglas y tokens, no de "
    "su proceso, su almacén ni sus conexiones.",
    "The vending system under test ran in this process: the result speaks of its rules and tokens, not of "
    "its process, its store or its connections.",
)

NOTICE_REAL = Text(
    "El dispositivo se alcanzó por un enlace real: el resultado vale para el ejemplar y el firmware "
    "ensayados.",
    "The device was reached over a real link: the result holds for the specimen and the firmware under test.",
)


def spoken(labels: dict[str, Text], key: str, lang: str) -> str:
    """The word for `key` in `lang`; a key without a word is shown as it is."""
    return labels[key].spoken(lang) if key in labels else key


def all_spoken(lang: str) -> dict[str, str]:
    """Every label in `lang`, for a template."""
    return {key: text.spoken(lang) for key, text in LABELS.items()}
