"""What names of persons do not hold: titles, and the words of groups."""

from doideposit.checks.rules.patterns import Pattern

__all__ = ["BEFORE_GROUP", "BYLINE_WORD", "GROUP", "HONORIFIC", "LAST_OF_GROUP"]

# Hon, Gen, Col, Justice, Colonel and Lord are names of people too: without a point they are left alone.
HONORIFIC = Pattern(
    r"(?:^|\s)((?:(?:Univ\.-)?Prof|Dra?|Dr\.-\w+|Priv\.-Doz|Mr|Mrs|Ms|Mx|Mme|Dipl\.-\w+"
    r"|Dña|Exm[oa]|Mgr|(?:Ph|JU|RN|MU)Dr|[dD]r hab)\.?(?=\s|$)"
    r"|(?:Amb|Hon|Rev|Gen|Col|Lt|Capt|Cmdr|Maj|Brig|Adm|Ing|Mag|Lic|Adv|H\.E)\.(?=\s|$)"
    # After a name “Sr.” is the elder one.
    r"|(?<!\s)(?:Sr|Sra|Srta)\.(?=\s)"
    r"|(?:Professor|Professeur|Doctor|Ambassador|Sir|Dame|Herr|Frau|Shri|Smt)(?=\s|$)|(?<=\s)Esq\.?$)"
)
# Words of which hardly any is a family name; what can be one is asked for more.
GROUP = Pattern(
    r"\b(?:Team|Forum|Institute?|Institut|Committee|Commission|University|Universität|Université|Council|Cent(?:re|er)|"
    r"Foundation|Association|Department|Ministry|Agency|Bureau|Secretariat|Society|Network|Working Group|Project|Group|"
    r"Board|Organi[sz]ation|Federation|Union|Editors|Research Unit|Think Tank|Stiftung|Newsroom|Desk|GmbH|Ltd|LLC|"
    r"Universi(?:dade?|tà|teit|tatea|tet)|Minist(?:ère|eri[oe]|ério|erium)|Inst(?:ituto|ituut)|Fonda(?:tion|zione)|"
    r"Fundaci[oó]n|Fundação|Comisi[oó]n|Comissão|Conse(?:lho|jo)|Asociaci[oó]n|Associação|Gesellschaft|Verein|Redaktion|"
    r"Redacci[oó]n|Redação|Rédaction|Redazione|Equip[eo]|Equipa|Nations|Nationen|Naciones|Nações|"
    r"Редакция|Институт|Университет|Комиссия|Министерство|Центр|Фонд|Совет)\b"
    # Chinese, Japanese and Korean put no spaces between words.
    r"|(?:编辑部|編集部|研究所|大学|大學|委员会|委員会|学会|研究院|中心|研究会|協会|協會|財団|基金会|연구소|위원회|대학교|편집부)$"
)
# Family names of people too: the last word of a group only where what comes before it is not a name of a person.
LAST_OF_GROUP = Pattern(
    r"(?:Bank|International|Press|Watch|Fund|Service|Times|News|Alliance|Initiative|Programme|Program"
    r"|Parliament|Court|Trust|College|School|Academy|Museum|Library|Party|Partners|Media|Radio|Studio|Lab|Peace|Rights|Affairs)"
)
# Words that only come before the name of a group: a person called Team or Desk has another given name.
BEFORE_GROUP = Pattern(r"(?:The|Editorial|Research|Project|Policy|Press|Web|News|Data|Communications?|Country)\b")
# The words before the names in a byline. Par is a name in Sweden.
BYLINE_WORD = Pattern(
    r"((?:(?:Written |Edited )?[Bb]y|Por|Text|Author|Autor(?:in|a)?|Auteur|Autore|Texte|Texto)\b:?)\s+\S"
)
