"""An IEC 62056-21 read-out as a tree: identification, data sets with what their codes mean, block check."""

from protocols.dlms.explain.tree import Tree, leaf, obis_meaning
from protocols.dlms.explain.words import translator
from protocols.dlms.mode_e.messages import Identification
from protocols.dlms.mode_e.readout import DataSet, ReadOut


def read_out_tree(raw: bytes, read_out: ReadOut, lang: str) -> Tree:
    """The tree of a whole read-out."""
    children = [] if read_out.identification is None else [_identification(read_out.identification, lang)]
    children += [_data_set(data_set, lang) for data_set in read_out.data_sets]
    if read_out.block_check_ok is not None:
        say = translator(lang)
        verdict = say("it fits", "coincide") if read_out.block_check_ok else say("wrong", "no coincide")
        children.append(leaf("block-check", verdict, lang))
    return leaf("read-out", f"{len(read_out.data_sets)}", lang, raw, children)


def _identification(found: Identification, lang: str) -> Tree:
    parts = [
        leaf("manufacturer", found.manufacturer.upper(), lang),
        leaf("baud-rate", found.baud, lang),
        leaf("HDLC", found.offers_hdlc, lang),
        leaf("text", found.text, lang),
    ]
    return leaf("identification", found.to_bytes().decode("ascii").strip(), lang, found.to_bytes(), parts)


def _data_set(data_set: DataSet, lang: str) -> Tree:
    obis = data_set.obis
    children = [] if obis is None else obis_meaning(obis, lang)
    for value in data_set.values:
        unit = [leaf("unit", value.unit, lang)] if value.unit else []
        children.append(leaf("value", value.text, lang, children=unit))
    return leaf("data-set", data_set.address, lang, children=children)
