"""What names of persons do not hold: titles, and the words of groups."""

from doideposit.checks.rules.patterns import Pattern

__all__ = ["GROUP", "HONORIFIC"]

# Hon, Gen, Col, Justice, Colonel and Lord are names of people too: without a point they are left alone.
HONORIFIC = Pattern(
    r"(?:^|\s)((?:Dr|Dra|Prof|Mr|Mrs|Ms|Mx|Mme|Dipl\.-\w+)\.?(?=\s|$)"
    r"|(?:Amb|Hon|Rev|Gen|Col|Lt|Capt|Ing|Mag|H\.E)\.(?=\s|$)"
    r"|(?:Professor|Professeur|Doctor|Ambassador|Sir|Dame|Herr|Frau|Shri|Smt)(?=\s|$))"
)
# Words of which hardly any is a family name; what can be one is asked for more.
GROUP = Pattern(
    r"\b(?:Team|Forum|Institute?|Institut|Committee|Commission|University|Universität|Université|Council|Cent(?:re|er)|"
    r"Foundation|Association|Department|Ministry|Agency|Bureau|Secretariat|Society|Network|Working Group|Project|Group|"
    r"Board|Organi[sz]ation|Federation|Union|Editors|Research Unit|Think Tank|Stiftung|Newsroom|Desk)\b"
)
