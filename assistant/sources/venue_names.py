"""Venues as people write them, brought to one short name: acronyms, years, long names, journals."""

import re
from functools import lru_cache
from typing import NamedTuple

_CONFERENCES = {
    "NeurIPS": r"NeurIPS|NIPS|NeuIPS|NeurlPS|Neural Information Processing Systems",
    "ICML": r"ICML|International Conference on Machine Learning(?! and)",
    "ICLR": r"ICLR|International Conference on Learning Representations",
    "AAAI": r"AAAI|Association for the Advancement of Artificial Intelligence",
    "IJCAI": r"IJCAI|International Joint Conferences? on Artificial Intelligence",
    "CVPR": r"CVPR|Computer Vision and Pattern Recognition",
    "ICCV": r"ICCV|International Conference on Computer Vision(?! Theory)",
    "ECCV": r"ECCV|European Conference on Computer Vision",
    "WACV": r"WACV|Winter Conference on Applications of Computer Vision",
    "BMVC": r"BMVC|British Machine Vision Conference",
    "ACCV": r"ACCV|Asian Conference on Computer Vision",
    "3DV": r"3DV|International Conference on 3D Vision",
    "MICCAI": r"MICCAI|Medical Image Computing and Computer[- ]Assisted Intervention",
    "ISBI": r"ISBI|International Symposium on Biomedical Imaging",
    "EMNLP": r"EMNLP|Empirical Methods in Natural Language Processing",
    "NAACL": r"NAACL|North American Chapter of the Association for Computational Linguistics",
    "EACL": r"EACL|European Chapter of the Association for Computational Linguistics",
    "AACL": r"(?:IJCNLP[-/& ]*)?AACL(?:[-/& ]*IJCNLP)?|IJCNLP",
    "LREC-COLING": r"LREC[-/ ]+COLING",
    "COLING": r"COLING|International Conference on Computational Linguistics",
    "LREC": r"LREC",
    "CoNLL": r"CoNLL",
    "ACL": r"ACL|Annual Meeting of the Association for Computational Linguistics",
    "COLM": r"COLM|Conference on Language Modell?ing",
    "AISTATS": r"AISTATS|Artificial Intelligence and Statistics",
    "UAI": r"UAI|Uncertainty in Artificial Intelligence",
    "COLT": r"COLT|Conference on Learning Theory",
    "ALT": r"ALT(?= 20)|Algorithmic Learning Theory",
    "AutoML": r"AutoML(?=[- (]*20)|International Conference on Automated Machine Learning",
    "ACML": r"ACML|Asian Conference on Machine Learning",
    "ECML PKDD": r"ECML[-/ ]*PKDD|ECML|PKDD",
    "ECAI": r"ECAI|European Conference on Artificial Intelligence",
    "KDD": r"(?:SIG)?KDD|Knowledge Discovery and Data Mining",
    "PAKDD": r"PAKDD",
    "WWW": r"WWW|(?:The )?(?:ACM )?Web Conference|TheWebConf",
    "SIGIR": r"SIGIR(?!-AP)",
    "CIKM": r"CIKM|Conference on Information and Knowledge Management",
    "WSDM": r"WSDM|Web Search and Data Mining",
    "RecSys": r"RecSys|Conference on Recommender Systems",
    "ECIR": r"ECIR|European Conference on Information Retrieval",
    "ICDM": r"ICDM|International Conference on Data Mining",
    "SDM": r"SDM(?= 20)|SIAM International Conference on Data Mining",
    "LoG": r"LoG(?= 20)|Learning on Graphs Conference",
    "CoRL": r"CoRL|Conference on Robot Learning",
    "ICRA": r"ICRA|International Conference on Robotics (?:and|&) Automation",
    "IROS": r"IROS|Conference on Intelligent Robots and Systems",
    "RSS": r"RSS(?= 20)|Robotics: Science and Systems",
    "Humanoids": r"International Conference on Humanoid Robots",
    "ICASSP": r"ICASSP|International Conference on Acoustics, Speech,? and Signal Processing",
    "Interspeech": r"Interspeech",
    "ASRU": r"ASRU",
    "APSIPA": r"APSIPA(?: ASC)?",
    "ISMIR": r"ISMIR",
    "IJCNN": r"IJCNN|International Joint Conference on Neural Networks",
    "ICANN": r"ICANN",
    "ESANN": r"ESANN",
    "MLSys": r"MLSys(?! Workshop)|Conference on Machine Learning and Systems",
    "ASPLOS": r"ASPLOS",
    "OSDI": r"OSDI",
    "SOSP": r"SOSP",
    "NSDI": r"NSDI",
    "EuroSys": r"EuroSys",
    "VLDB": r"P?VLDB",
    "SIGMOD": r"SIGMOD",
    "ICDE": r"ICDE",
    "ACM MM": r"ACM[- ]?(?:MM|Multimedia)|MM(?= ?['’]\d\d)|International Conference on Multimedia",
    "ICME": r"ICME",
    "ICIP": r"ICIP|International Conference on Image Processing",
    "SIGGRAPH Asia": r"SIGGRAPH Asia",
    "SIGGRAPH": r"SIGGRAPH",
    "CHI": r"CHI(?=[' ’]+\d)|Conference on Human Factors in Computing Systems",
    "FAccT": r"FAccT|Fairness, Accountability,? and Transparency",
    "AIES": r"AIES",
    "AAMAS": r"AAMAS|Autonomous Agents and Multi-?agent Systems",
    "ICAPS": r"ICAPS",
    "KR": r"KR(?= 20)|Principles of Knowledge Representation and Reasoning",
    "CLeaR": r"CLeaR(?= 20)|Causal Learning and Reasoning",
    "CPAL": r"CPAL",
    "CHIL": r"CHIL(?= 20)",
    "ML4H": r"ML4H|Machine Learning for Health(?= 20)",
    "MLHC": r"MLHC",
    "MIDL": r"MIDL",
    "BIBM": r"BIBM",
    "ICSE": r"ICSE",
    "FSE": r"(?:ESEC/)?FSE(?=[' 2])",
    "ASE": r"ASE(?=['’ ]+(?:20)?\d\d)",
    "CCS": r"(?:ACM )?CCS(?=['’ ]+(?:20)?\d\d)",
    "NDSS": r"NDSS",
    "USENIX Security": r"USENIX Security",
    "IEEE Big Data": r"IEEE Big ?Data|International Conference on Big Data",
    "ICMLA": r"ICMLA|International Conference on Machine Learning and Applications",
    "SC": r"(?<![A-Za-z])SC(?=['’ ]?(?:20)?2\d\b)",
    "ICAIF": r"ICAIF|International Conference on AI in Finance",
    "IAAI": r"IAAI",
    "EAAI": r"EAAI",
    "SIGCSE": r"SIGCSE",
    "ROBIO": r"ROBIO",
    "ICTAI": r"ICTAI",
    "IGARSS": r"IGARSS",
    "EurIPS": r"EurIPS",
    "DAC": r"DAC(?= 20)|Design Automation Conference",
    "ITSC": r"ITSC",
    "CDC": r"CDC(?= 20)|Conference on Decision and Control",
    "L4DC": r"L4DC",
    "SODA": r"SODA",
    "STOC": r"STOC",
    "FOCS": r"FOCS",
    "ITCS": r"ITCS(?= 20)",
}  # fmt: skip
_JOURNALS = {
    "TMLR": r"TMLR|Transactions on Machine Learning Research",
    "JMLR": r"JMLR|Journal of Machine Learning Research",
    "JAIR": r"JAIR|Journal of Artificial Intelligence Research",
    "TPAMI": r"(?:IEEE )?T-?PAMI|Transactions on Pattern Analysis and Machine Intelligence",
    "IJCV": r"IJCV|International Journal of Computer Vision",
    "TACL": r"TACL|Transactions of the Association for Computational Linguistics",
    "TIP": r"(?:IEEE )?TIP(?![a-z])|Transactions on Image Processing",
    "TNNLS": r"TNNLS|Transactions on Neural Networks and Learning Systems",
    "TMI": r"TMI(?![a-z])|Transactions on Medical Imaging",
    "TKDE": r"TKDE|Transactions on Knowledge and Data Engineering",
    "TVCG": r"TVCG|Transactions on Visualization and Computer Graphics",
    "TOG": r"TOG(?![a-z])|(?:ACM )?Transactions on Graphics|ACM Trans\. Graph\.",
    "TOIS": r"TOIS|Transactions on Information Systems",
    "TKDD": r"TKDD",
    "TCSVT": r"TCSVT|Transactions on Circuits and Systems for Video Technology",
    "TMM": r"TMM(?![a-z])|Transactions on Multimedia",
    "CSUR": r"CSUR|(?:ACM )?Computing Surveys",
    "TIST": r"TIST(?![a-z])",
    "RA-L": r"RA-?L(?![a-z])|Robotics and Automation Letters",
    "T-RO": r"T-RO|Transactions on Robotics",
    "IEEE Access": r"IEEE Access",
    "Pattern Recognition": r"Pattern Recognition(?! Letters)",
    "Neurocomputing": r"Neurocomputing",
    "Neural Networks": r"(?:journal )Neural Networks",
    "Medical Image Analysis": r"Medical Image Analysis",
    "Science Robotics": r"Science Robotics",
}
_ANY_JOURNAL = (
    r"(?:Nature|Science|Scientific|npj|PLOS|Frontiers in|Expert|Knowledge-Based|Applied|Artificial"
    r" Intelligence in|Computers and|Information) (?:[A-Z][a-z]+)(?: (?:and )?[A-Z][a-z]+){0,2}"
    r"|(?:IEEE(?:/[A-Z]{3})? |ACM |SIAM )?(?:Open |International )?"
    r"(?:Transactions|Trans\.|Journal|Letters) (?:on|of|for|in) (?:the )?[A-Z][\w&/-]*"
    r"(?:,? (?:(?:and|of|in|for|the|on|&) )*[A-Z][\w&/-]*){0,7}"
)
_ANY_ACRONYM = (
    r"(?<![\w/.])(?:[A-Z][A-Za-z0-9]*[A-Z][A-Za-z0-9]*)(?:[-/][A-Z][A-Za-z]+)*"
    r"(?=(?:[ '’-]{0,2}|\s\()20[12]\d\b|\s?['’][12]\d\b)"
)
_ANY_MEETING = (
    r"(?:(?:Annual|International|European|Asian|World|Winter|Summer|Joint|National|IEEE|ACM|\d{1,2}th"
    r"|[A-Z][\w/&-]+) (?:(?:on|and|of|in) )?){1,8}(?:Conference|Symposium|Congress|Colloquium)\b"
    r"(?: (?:on|of|for) (?:the )?[A-Z][\w&/-]*"
    r"(?:,? (?:(?:and|of|in|for|the|on|&|to|with) )*[A-Z][\w&/-]*){0,9})?"
)
_OTHERS = """
    IEEE ACM CVF RSJ SIAM USENIX AI ML LLM LLMS GPU CPU PDF NLP CV RL DOI URL CC BY ISBN ISSN PHD
    MSC USA UK CA ARXIV GITHUB HF CEUR LNCS PMLR MIT
"""
_NO_VENUE = frozenset(_OTHERS.split())
_WORDS = frozenset((
    "CLeaR", "CHIL", "Neural Networks", "Pattern Recognition", "Medical Image Analysis", "ACM MM",
    "Humanoids", "KR",
))  # fmt: skip
_NO_NAME = frozenset(("Main Conference", "The Conference", "Conference"))
_NEAR = 60
_YEAR = re.compile(
    r"(?:[\s\-'’,()]{0,3}(20[0-3]\d)|\s?['’\-]\s?([12]\d)|(?<=[A-Za-z])([12]\d))"
    r"(?![\d.]|\s?(?:pages|pp|fig))"
)
_ORDINAL = re.compile(r"(20[0-3]\d)\s+(?:IEEE|ACM|CVF|RSJ|/|,|and|the|\s|[A-Z][\w-]*)*$")


class Mention(NamedTuple):
    """A venue in a text: its short name, its year if told, its kind, where it stands."""

    name: str
    year: int | None
    kind: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _known() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    groups, meant = [], {}
    for kind, table in (("journal", _JOURNALS), ("conference", _CONFERENCES)):
        for place, (name, pattern) in enumerate(table.items()):
            group = f"{kind[0]}{place}"
            meant[group] = (name, kind)
            # Long acronyms are no words, however they are written.
            flags = "i" if len(name) > 3 and name not in _WORDS else ""
            groups.append(f"(?P<{group}>(?{flags}:{pattern}))")
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(groups)})(?![a-z]{{2}})"), meant


_ANY = re.compile(
    rf"(?P<journal>{_ANY_JOURNAL})|(?P<acronym>{_ANY_ACRONYM})|(?P<conference>{_ANY_MEETING})"
)
_CASES = re.compile(r"neurips|nips|neuips", re.IGNORECASE)
_CASED = {7: "NeurIPS", 4: "NIPS", 6: "NeuIPS"}


def find_venues(text: str) -> list[Mention]:
    """Return the venues a text names, in its order; a long name with its acronym is one venue."""
    text = _CASES.sub(lambda match: _CASED[len(match[0])], text)
    known, meant = _known()
    found = [_mention(text, match, *meant[match.lastgroup or ""]) for match in known.finditer(text)]
    taken = [(one.start, one.end) for one in found]
    for match in _ANY.finditer(text):
        kind = match.lastgroup or ""
        if kind == "acronym" and match[0].upper() in _NO_VENUE:
            continue
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        name = " ".join(match[0].split())
        if name not in _NO_NAME:
            found.append(_mention(text, match, name, "conference" if kind == "acronym" else kind))
    return _one_each(sorted(found, key=lambda one: one.start))


@lru_cache(maxsize=4_096)
def short_name(venue: str) -> str:
    """Return the short name of a venue as a source writes it, the venue itself if it is unknown."""
    found = find_venues(venue)
    return found[0].name if found else venue


def _mention(text: str, match: re.Match[str], name: str, kind: str) -> Mention:
    after = _YEAR.match(text, match.end())
    year = int(after[1] or f"20{after[2] or after[3]}") if after else None
    if year is None and (before := _ORDINAL.search(text, 0, match.start())):
        year = int(before[1])
    return Mention(name, year, kind, match.start(), after.end() if after else match.end())


def _one_each(mentions: list[Mention]) -> list[Mention]:
    """Drop what a mention right before says already: "... Processing Systems (NeurIPS 2025)"."""
    kept: list[Mention] = []
    for one in mentions:
        last = kept[-1] if kept else None
        near = last is not None and one.start - last.end <= 3 and last.year is None
        again = last is not None and last.name == one.name and one.start - last.end <= _NEAR
        if last and (near or (again and (last.year or one.year) == (one.year or last.year))):
            better = last if len(last.name) < len(one.name) else one
            kept[-1] = Mention(better.name, one.year or last.year, better.kind, last.start, one.end)
        else:
            kept.append(one)
    return kept
