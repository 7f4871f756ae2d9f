"""Given names and family names that tell which part of a name is which, in the countries that think tanks write from.

A list can never be complete. A name that is not in it proves nothing, and leaves a doubt where there was one before.
"""

import re

from doideposit.records.extraction.vocabulary import folded

__all__ = ["CHINESE_COMPOUND", "CHINESE_FAMILY", "FAMILY_FIRST", "KOREAN_FAMILY", "NameWord"]

_EUROPEAN = frozenset(
    # English, and what is used all over Europe.
    "aaron abigail adam adrian agnes aidan alan albert alexandra alfred alice alison amanda amelia amy andrea "
    "andrew angela angus anita ann anna anne annabel antonia audrey barbara beatrice benjamin beth betty "
    "bianca brenda brian bridget bronwyn callum camilla carl carla carol caroline catherine cecilia charles "
    "charlotte chloe christian christina christine christopher ciara clara clare claire claudia colin cynthia "
    "daisy daniel daniela danielle daphne david deborah declan deirdre derek diana dominic donald dora doris "
    "dorothy edgar edith edmund edward edwin eileen elaine eleanor elena elise elizabeth ella ellen emily emma "
    "eric erica erin esther ethan eugene eva eve evelyn fiona flora florence frances frederick gareth gemma "
    "geoffrey georgia georgina gerald gillian gina gloria grace gwen gwendolyn hannah harold harriet harry "
    "hazel heather hector helen helena henrietta herbert hilary hugh ian ida imogen ingrid irene iris isaac "
    "isabel isabella isla ivan ivy jack jacqueline jane janet janice jason jean jeffrey jennifer jeremy "
    "jessica jill joan joanna joanne joel johanna john jonathan joseph josephine joshua joyce judith julia "
    "julian julie juliet karen karin katharine kate katherine kathleen kathryn katie keith kenneth kerry kevin "
    "kirsten kirsty laura lauren leah leonard leonie liam linda lisa lois lorna louis louise lucas lucinda "
    "lucy luke lydia lynn madeleine maggie malcolm margaret margot maria marian marianne marie marilyn martha "
    "mary matilda matthew maureen max megan melanie melissa mervyn mia michael michelle mildred millicent "
    "miriam molly monica muriel nancy naomi natalie natasha nathan nathaniel neil niamh nicholas nicola nicole "
    "nigel nina noah nora norma oliver olivia oscar pamela patricia paula pauline penelope percy peter philip "
    "philippa phoebe phyllis priscilla rachel rebecca rhiannon richard rita robert roderick roger ronald "
    "rosalind rosamund rosemary rowena rufus rupert ruth ryan sabrina sally samantha samuel sandra sara sarah "
    "sean sebastian selina serena sheila shirley siobhan sonia sophia sophie stella stephanie stephen steven "
    "sue susan susanna suzanne sylvia tamara tamsin tara teresa terence tess theodore theresa tim timothy toby "
    "tomas tracy ursula valerie vanessa vera veronica victor victoria viola violet virginia vivian wendy "
    "wilfred william winifred yvonne zoe "
    # German, Dutch, Nordic.
    "achim albrecht alena alois amelie andreas anika anja anke annegret anneke annelie annette annika arne "
    "arvid asa astrid axel barbel bart bas bastian beate berit bernd bernhard birgit bjorn bjarne britta "
    "burkhard carina carsten christiane christof christoph corinna cornelia dagmar detlef dieter dietrich dirk "
    "dorothea eberhard elisabeth elke ellinor else erik erika esben eva-maria ewald femke ferdinand florian "
    "franziska freja frieda friederike friedrich geert georg gerd gerda gerhard gerrit gisela greta gudrun "
    "gunnar gunter gustav hanna hannes hans harald hartmut heidi heike heiko heiner heinrich heinz helga helge "
    "helmut henk henning henrik herbert hilde holger horst hubert hugo ilse ines inga inge ingeborg ingo inken "
    "ingvild ingrid jaap jakob jan jannik jens jeroen joachim jochen johan johannes jonas joost jorg juliane "
    "jurgen jutta kai karl karl-heinz karolina karsten kasper katarina kathrin katja katrin kerstin kjell "
    "klaus knut konrad kristian kristin kristina kurt lars lasse leif lena lennart lieke lieselotte lotte "
    "lothar luise lukas lutz magdalena magnus maike malte manfred manuela maren margarete marieke marit marius "
    "marlene mathias mathilde matthias mats mechthild merle michaela mikkel monika nadine niels niklas nils "
    "olaf ole oskar patrick petra philipp pia pieter rainer regina reinhard reinhold renate rolf rudolf ruben "
    "sabine sanne sibylle sigrid silke silvia simone siri solveig stefan stefanie steffen sten susanne sven "
    "svenja tanja thea thilo thorsten tilman tobias torben tore torsten ulf ulrike ursula uta ute uwe valentin "
    "verena volker waltraud wiebke wilhelm willem wim wolfgang yannick "
    # French, Italian, Spanish, Portuguese.
    "adele adriana agnes aime alain alba alejandra alejandro alessandra alessandro alessia alexandre alfonso "
    "alfredo alicia alvaro amelie amparo ana anabela andres angelica angelo anibal anna-maria antoine "
    "antonella antonia antonio arianna arnaud arturo aude augusto aurelie aurora barbara beatriz beatrix "
    "benedetta benito benoit berenice bernardo bertrand blanca bruna bruno caio camila camille candida "
    "caterina catarina celia cedric celine cesar chiara christophe ciro clarisse claire claudia claudine "
    "claudio clement clemencia concepcion consuelo corinne cristiano cristina damien daniela davide debora "
    "delphine denise diego dolores domenico domitille edoardo eduarda eduardo elena eleonora elisa elodie "
    "eloise elvira emanuela emilia emilio emmanuel emmanuelle enrica enrico enrique ernesto esteban etienne "
    "eugenia eugenio eulalia fabienne fabio fabiola fabrice fabrizio faustine federica federico felipe "
    "fernanda fernando filipa filippo flavia flavio florencia francesca francesco francine francisca francisco "
    "francois francoise frederic fulvia gabriela gabriele gabriella gaelle gaetano gerard geraldine germain "
    "gerardo ghislaine giacomo gianluca gilles giorgio giovanna giovanni giulia giuliana giulio giuseppe "
    "gonzalo graca graziella gregoire guadalupe guido guilherme guillaume guillermo gustavo helene henrique "
    "heloise hernan hortense hugues ignacio ilaria imelda ines inmaculada irene isabela isabelle isidora ivana "
    "jacinta jacques jaime javier jean-baptiste jean-claude jean-luc jean-marc jean-pierre jerome jesus joana "
    "joao joaquim joaquin jorge jose josefa juan juana julien juliana juliette julio karine laetitia laurence "
    "leandro leila leonardo leticia lidia ligia lilian lionel livia lorena lorenzo luc luca lucia luciana "
    "luciano lucie lucien lucila ludovic ludovica luigi luis luisa luiz lurdes maddalena mafalda manon manuel "
    "manuela marc marcela marcelo marcia marco margarida margarita margherita mariana marianela marielle mario "
    "marion marta marthe martina massimo mateo mathieu matteo mauricio maurizio maxime melina mercedes michele "
    "miguel milagros mireille mirella monique montserrat natalia nathalie nicolas nicolo noelia noemi nuno "
    "octavia odile olga olivier orlando ornella pablo paola paolo pascal patrizia paulo pedro philippe pierre "
    "pierluigi pietro pilar quentin raffaella rafaela ramiro ramon raquel raul remedios renata renaud ricardo "
    "riccardo roberta roberto rocio rodrigo rogerio rolando romain romina rosa rosalia rosario rosaura rui "
    "salvatore sandrine sandro santino sebastien serge sergio severine silvana silvio simona sofia soledad "
    "solange stefania stefano stephane susana sylvain sylvie telma tatiana teodoro thais thiago thibault "
    "thierry tiago tiziana tomas umberto valentina valeria valerio vasco veronique vicente vincenzo virginie "
    "vitor vittoria vittorio viviane xavier ximena yann yannick yolanda yves yvette zelia "
    # Polish, Czech, Balkan, Russian and Ukrainian, Turkish.
    "agata agnieszka aleksander aleksandra alicja andrzej aneta barbora bartosz beata blazej bogdan bogna "
    "bozena cezary dariusz dominika dorota edyta elzbieta ewa ewelina filip franciszek grazyna grzegorz halina "
    "hanna henryk iga ignacy irena iwona izabela jacek jadwiga jakub janusz jaroslaw jerzy joanna jolanta "
    "justyna kamil kamila karol karolina katarzyna kazimierz kinga krystyna krzysztof leszek lukasz maciej "
    "magda malgorzata marcin marek mariola mariusz marta mateusz michal mieczyslaw mikolaj miroslaw monika "
    "natalia oliwia patryk pavel pawel piotr przemyslaw radoslaw renata ryszard slawomir stanislaw szymon "
    "tadeusz tomasz urszula wanda wieslaw wioletta witold wladyslaw wojciech zbigniew zdzislaw zofia zuzanna "
    "jiri jana jitka ladislav lenka milan milos miroslav ondrej tereza vaclav zdenek ana ante dejan dragan "
    "goran ivana jelena jovana ljiljana marija marko milena mirjana nemanja nikola petar sanja snezana stjepan "
    "vesna vladimir zoran aleksandr aleksei alexei alexey anastasia anatoly andrei andrey anton arkady artem "
    "boris darya denis dmitri dmitry ekaterina evgeny fyodor galina gennady georgy grigory igor ilya inna "
    "irina kirill konstantin ksenia larisa leonid lyudmila maksim marina mikhail nadezhda nikita nikolai "
    "nikolay oksana oleg oleksandr olena pavlo polina roman ruslan semyon sergei sergey serhiy svetlana tamar "
    "tatyana timofey vadim valery vasily viktor viktoria vitaly vladislav volodymyr vyacheslav yana yaroslav "
    "yekaterina yelena yevgeny yulia yuri zinaida ahmet aslihan ayse aysegul aylin baris berna burak busra cem "
    "cemal ceren defne deniz derya didem dilek ebru ece elif emine emre engin erdem esra ezgi fatma feride "
    "fikret gamze gizem gokhan gul gulsen hakan halil hande hatice huseyin ilker ipek ismail kaan kemal kerem "
    "levent mehmet meltem merve mesut murat mustafa nazli nermin nilgun nuray nurcan omer onur orhan ozan ozge "
    "ozlem pelin pinar recep sabiha selcuk selim sema serdar serkan sevgi sibel sinem suleyman tarik tolga "
    "tugce tuncay ugur umut yasemin yildiz yusuf zehra zeynep".split()
)
_ELSEWHERE = frozenset(
    # Arabic, Persian, South Asian.
    "abdallah abdul abdullah abdulaziz abdulrahman adel adnan ahmad ahmed aicha aisha akbar ali alia amal "
    "amani amin amina amir amira amjad anas anwar arif arwa ashraf asim asma atif ayman aziz aziza bashir "
    "bilal bushra dalia dina fadi fahad fahd faisal faiza farah fareed farhan farid farida faris farzana "
    "fatima fatimah ghada ghassan hadi hafsa hala hamid hamza hanan hani hasan hassan haytham hind hisham huda "
    "hussain hussein ibrahim iman imran iqbal jamal jamila jawad kamal karim khadija khaled khalid laila lamia "
    "latifa layla leyla lina lubna mahdi mahmoud maha majid malik manal mariam marwan maryam masoud maysa "
    "mehdi mohamed mohammad mohammed mona mostafa mounir muhammad munir musa nabil nabila nada nadia nadim "
    "naeem najib najwa nasir nasser nawal nayef nazia nida noor noura nour nura omar osama othman parviz qasim "
    "rabia rafiq rana rania rashid reem reza rima sabah sabeen sadia saeed safiya said saima salah salem salim "
    "salma salman samar sami samira samir sana saad shabnam shahid shahnaz shakil shireen sohail sumaya tahir "
    "talal tarek tariq usman wael walid wafa waleed yahya yasir yasmin youssef yousef zahid zahra zainab zaid "
    "zeina zakaria ziad zubair anisur mizanur mahbubur shamsur habibur abdur syed sayed syeda md mohd aarav "
    "aarti abhijit abhishek aditi aditya ajay ajit akash akhil akshay alka amartya amit amita amitabh amrita "
    "anand ananda ananya anil anita anjali anjana ankit anuradha anupam aparna archana arjun arun aruna "
    "arundhati arvind asha ashok ashwin atul avinash bhavna bharat bipin chandan chandra chandrika deepa "
    "deepak deepika devika dhruv dilip dinesh divya geeta gita gopal govind gautam harish harsh harsha hema "
    "hemant indira indrani ishaan jayant jayanti jaya jyoti kabir kalpana kamala karan kavita kiran kishore "
    "komal krishna kumari kunal lakshmi lalit lata leela madhav madhu madhuri mahesh malini manish manisha "
    "manoj manju meena meenakshi meera mohan mohini mukesh mukul nandini naresh narendra naveen navin neelam "
    "neha nikhil nilima nirmala nisha nitin padma pallavi parvati pooja prabha pradeep prakash pramila pramod "
    "pranab prasad prashant pratibha praveen priya priyanka rahul raj raja rajan rajat rajendra rajesh rajiv "
    "raju rakesh ram rama ramesh rashmi ravi ravindra rekha renu ritu rohan rohini rohit roshan rukmini rupa "
    "sachin sagar sandeep sangeeta sanjay sanjeev sarita saroj satish savita seema shalini shankar shanta "
    "shanti sharad sharmila shashi sheela shekhar shilpa shobha shreya shubha shyam siddharth smita sneha "
    "sonal sonali srinivas subhash subrata sudha sudhir sugata sujata suman sumit sunil sunita suresh surya "
    "sushil sushma swati tanvi tara uday uma umesh usha vandana varsha vasant vasudha venkat vidya vijay vikas "
    "vikram vimal vinay vineeta vinod vishal vivek yash yogesh nimal nirosha sanath chaminda dilani ruwan "
    "sampath thilini bishnu sita hari "
    # Africa south of the Sahara; South-East and East Asia in Latin letters.
    "abena abiodun abla ade adebayo adeola adunni afua akosua akua ama amaka amina aminata anele awa ayodele "
    "babatunde bamidele blessing bongani boubacar chiamaka chidi chika chinedu chinwe cheikh dele dikeledi "
    "efua emeka esi fanta fatou fatoumata femi folake funmi gugu ifeoma issa jabulani khadim kofi kojo kwabena "
    "kwaku kwame kwesi lerato lindiwe mamadou mandla moussa musa nana naledi ngozi nkechi nomsa ntombi obi olu "
    "oluwaseun ousmane oumar sade sekou seydou sibusiso sipho souleymane tendai thabo themba thandi thandiwe "
    "tunde uche wanjiru wambui yaw yewande zanele akiko akira asuka ayako chie daisuke emi haruka haruki hideo "
    "hikaru hiroko hiroshi hisako hitomi ichiro junichi junko kaori kaoru kazuo kazuko keiko keiji kenichi "
    "kenji kiyoshi koichi kumiko makoto mariko masako masato mayumi megumi michiko midori mitsuko miyuki naoki "
    "naoko noriko osamu reiko sachiko sadako satoshi shigeru shinji shinzo shota shoko takashi takeshi taro "
    "tetsuya tomoko toshio yasuko yoko yoshiko yoshio yuichi yuka yuki yukiko yumi yumiko yuko yutaka agus "
    "bambang budi dewi eka indah joko ketut made nyoman putu retno rina siti sri sulistyo wahyu wayan nur "
    "aisyah".split()
)
# Finnish, Danish and Norwegian, and what is given to children of today; in Cyrillic script without its accents.
_MORE = frozenset(
    "hermione freya gwenael maelle apinya tsegaye ioana imani ioannis yohannes kiran abebe lea mila mia "
    "nele emil theo anton finn ben noel jule lina ada selma hedda carmen aino eero heikki ilkka jari juha "
    "jukka kaisa kari katri kirsi leena liisa marja markku matti mika mikko minna olli outi paivi pekka petri "
    "pirjo riitta satu tapio tarja teemu timo tuomas tuula ulla ville anirudh kavitha fazl zia soren jorgen "
    "mette lene rikke kirstine signe sigurd hjalmar eirik hakon oystein silje trine aud tarmo rein toomas "
    "peeter kadri liis janis ilze vytautas jurgita giorgi nino levan tinatin armen anahit aigerim nurlan "
    "dmytro taras bohdan nikos giorgos eleni konstantinos dimitris katerina maro анна иван мария ольга елена "
    "наталья татьяна ирина светлана екатерина александр алексеи андреи антон артем борис виктор владимир "
    "дмитрии евгении игорь илья кирилл константин максим михаил никита николаи олег павел петр роман сергеи "
    "степан федор юрии юлия яна вера галина дарья ксения лариса людмила марина надежда нина полина софья".split()
)
# Given names that are family names as well: they begin a name, and leave open what they are in the middle of one.
_BOTH = frozenset(
    "abraham alexander allen arnold arthur allison anthony austin bernard bruce cameron clark cruz craig david "
    "dean dennis douglas duncan elias emerson ernst ferrer francis frank franklin franz fritz gabriel george "
    "gilbert gordon graham grant gregory henry hermann herman howard james jordan joseph justin kelly kim "
    "lance lawrence lee leon lewis lloyd ludwig marcus mark marshall martin mitchell morgan morris nelson otto "
    "owen paul perry pierce ralph ramos raymond reid robin roland rose ross roy russell salvador santiago "
    "santos scott sidney simon spencer stanley stuart tyler taylor thomas todd ulrich vincent wallace walter "
    "warren wayne werner wolf young".split()
)
# Hungarian prints the family name first; a given name in second place tells that order.
_HUNGARIAN = frozenset(
    "adam agnes akos andras anna antal attila balazs balint barbara bela bence bernadett csaba csilla daniel "
    "david denes dora edina edit emese endre erika erzsebet eszter eva ferenc flora gabor gabriella gergely "
    "gergo geza gyorgy gyula hajnalka ildiko ilona imre istvan ivett janos jozsef judit julia kalman karoly "
    "katalin kinga klara kornel kristof krisztian krisztina lajos laszlo levente lilla lorant margit maria "
    "marta mate matyas melinda mihaly miklos monika nandor noemi norbert nora orsolya pal peter piroska reka "
    "robert roland rozsa sandor sara szabolcs szilvia tamas terez tibor timea tunde vera veronika viktor "
    "viktoria vilmos zita zoltan zsofia zsolt zsuzsanna".split()
)
# Family names that come first in China, Korea, Vietnam and Singapore. “Lee” and “Young” are left out: they are English.
FAMILY_FIRST = frozenset(
    "lim tan wong chan chong ng ong goh chua koh teo lau leung cheung kwok ho lam yip tse yeung wang li zhang "
    "liu chen yang huang zhao wu zhou xu sun zhu guo lin luo liang zheng xie tang deng feng yuan dong xiao "
    "cheng cao peng zeng gao hu jiang ma cai jia ding wei xue ye yan yu pan du dai xia zhong tian ren fan fang "
    "shi yao liao zou xiong jin lu hao kong bai cui kang mao qiu qin gu hou shao meng long wan duan qian "
    "ouyang sima zhuge shangguan situ nguyen tran pham phan vu vo dang bui dinh huynh hoang kim park choi jung "
    "jeong cho yoon jang shin seo kwon hwang ahn".split()
)
# The most frequent family names of mainland China, Taiwan and Hong Kong, in simplified and traditional characters.
CHINESE_FAMILY = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白"
    "邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤张陳楊黃趙吳孫馬羅鄭謝許韓馮鄧葉蘇盧鍾譚陸賈龍錢嚴劉"
)
# Family names of two characters: with them the first character alone is not a name.
CHINESE_COMPOUND = frozenset(
    "欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 东方 夏侯 皇甫 尉迟 公孙 慕容 令狐 端木 轩辕 宇文 长孙".split()
)
# Nearly all Koreans have one of these family names, of one syllable each.
KOREAN_FAMILY = frozenset("김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진")
# Small words within family names, from Dutch van to Arabic ibn; they tell a name from a phrase.
_PARTICLES = frozenset(
    "van von der den de del della di da dos das do du la le lo los las el al bin ibn bint binti binte ben bt abu abou "
    "um umm ter ten te zu zum zur vom af av ní nic ó uí mac mc san santa degli delli dalla dal "
    "ul ur ud us un e y i".split()
)
# Parts of a double name are looked up one by one.
_DOUBLE = re.compile(r"[-’']")


class NameWord(str):
    """One word of a name, and what the lists tell about it."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """Return it in lower case without stops and brackets, as in the lists of titles and degrees."""
        return re.sub(r"[.()\s]", "", self).lower()

    @property
    def folded(self) -> str:
        """Return it in lower case without accents."""
        return folded(self)

    @property
    def is_particle(self) -> bool:
        """Tell whether it is part of the family name after it, as van, de and bin are."""
        return self.key in _PARTICLES

    @property
    def is_given(self) -> bool:
        """Tell whether it is a given name and hardly ever a family name; of “Anne-Sophie” the first part counts."""
        return self._is_in(_EUROPEAN | _MORE | _ELSEWHERE)

    @property
    def may_begin(self) -> bool:
        """Tell whether it is a given name, even if it is also a family name."""
        return self._is_in(_EUROPEAN | _MORE | _ELSEWHERE | _BOTH | _HUNGARIAN)

    @property
    def is_european(self) -> bool:
        """Tell whether it is a European given name, so that it leaves the order of a name open if last."""
        return self.folded in _EUROPEAN

    @property
    def is_hungarian(self) -> bool:
        """Tell whether it is a Hungarian given name; Hungarian names print it after the family name."""
        return self.folded in _HUNGARIAN

    def _is_in(self, names: frozenset[str]) -> bool:
        plain = self.folded
        return plain in names or (bool(_DOUBLE.search(plain)) and _DOUBLE.split(plain)[0] in names)
