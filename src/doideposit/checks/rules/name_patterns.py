"""What names of persons do not hold: titles, and the words of groups."""

from doideposit.checks.rules.patterns import Pattern

__all__ = ["BEFORE_GROUP", "BYLINE_WORD", "GROUP", "HONORIFIC"]

# Hon, Gen, Col, Justice, Colonel and Lord are names of people too: without a point they are left alone.
HONORIFIC = Pattern(
    r"(?:^|\s)((?:(?:Univ\.-)?Prof|Dra?|Dr\.-\w+|Priv\.-Doz|Mr|Mrs|Ms|Mx|Mme|Dipl\.-\w+)\.?(?=\s|$)"
    r"|(?:Amb|Hon|Rev|Gen|Col|Lt|Capt|Cmdr|Maj|Brig|Adm|Ing|Mag|Lic|Adv|H\.E)\.(?=\s|$)"
    # Behind a name “Sr.” is the elder one.
    r"|(?<!\s)(?:Sr|Sra|Srta)\.(?=\s)"
    r"|(?:Professor|Professeur|Doctor|Ambassador|Sir|Dame|Herr|Frau|Shri|Smt)(?=\s|$))"
)
# Words of which hardly any is a family name; what can be one is asked for more.
GROUP = Pattern(
    r"\b(?:Team|Forum|Institute?|Institut|Committee|Commission|University|Universität|Université|Council|Cent(?:re|er)|"
    r"Foundation|Association|Department|Ministry|Agency|Bureau|Secretariat|Society|Network|Working Group|Project|Group|"
    r"Board|Organi[sz]ation|Federation|Union|Editors|Research Unit|Think Tank|Stiftung|Newsroom|Desk|GmbH|Ltd|LLC|"
    r"Universi(?:dade?|tà|teit|tatea|tet)|Minist(?:ère|eri[oe]|ério|erium)|Inst(?:ituto|ituut)|Fonda(?:tion|zione)|"
    r"Fundaci[oó]n|Fundação|Comisi[oó]n|Comissão|Conse(?:lho|jo)|Asociaci[oó]n|Associação|Gesellschaft|Verein|Redaktion|"
    r"Redacci[oó]n|Redação|Rédaction|Redazione|Equip[eo]|Equipa|Nations|Nationen|Naciones|Nações)\b"
)
# Words that only stand before the name of a group: a person called Team or Desk has another given name.
BEFORE_GROUP = Pattern(r"(?:The|Editorial|Research|Project|Policy|Press|Web|News|Data|Communications?|Country)\b")
# What stands before the names in a byline. Par is a name in Sweden.
BYLINE_WORD = Pattern(
    r"((?:(?:Written |Edited )?[Bb]y|Por|Text|Author|Autor(?:in|a)?|Auteur|Autore|Texte|Texto)\b:?)\s+\S"
)
