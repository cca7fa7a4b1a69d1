package pinyin

// surnames are the characters that are read in another way as surnames than the dictionary's first; a second reading is
// one that families also use. The table is our own; a reading that a family corrects is entered here.
var surnames = map[string][]string{
	"单": {"shàn"}, "仇": {"qiú"}, "解": {"xiè"}, "区": {"ōu"}, "查": {"zhā"}, "任": {"rén"}, "华": {"huà"},
	"盖": {"gě", "gài"}, "朴": {"piáo"}, "翟": {"zhái", "dí"}, "乐": {"yuè", "lè"}, "员": {"yùn"}, "召": {"shào"},
	"繁": {"pó"}, "种": {"chóng"}, "覃": {"qín", "tán"}, "秘": {"bì"}, "宓": {"mì", "fú"}, "那": {"nā"}, "能": {"nài"},
	"撒": {"sà"}, "燕": {"yān"}, "於": {"yū"}, "祭": {"zhài"}, "占": {"zhān"}, "哈": {"hǎ"}, "阚": {"kàn"},
	"郇": {"xún", "huán"}, "郗": {"xī", "chī"}, "佴": {"nài"}, "葛": {"gě"}, "过": {"guō"}, "洗": {"xiǎn"},
	"纪": {"jǐ", "jì"}, "隗": {"wěi", "kuí"}, "柏": {"bǎi", "bó"}, "宁": {"níng", "nìng"}, "长": {"zhǎng"},
	"牟": {"mù", "móu"}, "句": {"gōu"}, "折": {"shé"}, "黑": {"hè", "hēi"}, "角": {"jué"}, "舍": {"shè"},
	"莘": {"xīn", "shēn"}, "谌": {"chén", "shèn"}, "相": {"xiàng"}, "粘": {"nián"}, "藏": {"zāng"}, "适": {"kuò"},
	"炅": {"guì"}, "晟": {"chéng"}, "番": {"pān"}, "干": {"gān"},
}

// compounds are the surnames of two characters.
var compounds = map[string][]string{
	"尉迟": {"yù chí"}, "长孙": {"zhǎng sūn"}, "令狐": {"líng hú"}, "欧阳": {"ōu yáng"}, "上官": {"shàng guān"}, "司马": {"sī mǎ"},
	"司徒": {"sī tú"}, "司空": {"sī kōng"}, "司寇": {"sī kòu"}, "诸葛": {"zhū gě"}, "夏侯": {"xià hóu"}, "皇甫": {"huáng fǔ"},
	"万俟": {"mò qí"}, "澹台": {"tán tái"}, "宗政": {"zōng zhèng"}, "濮阳": {"pú yáng"}, "公孙": {"gōng sūn"}, "仲孙": {"zhòng sūn"},
	"轩辕": {"xuān yuán"}, "钟离": {"zhōng lí"}, "宇文": {"yǔ wén"}, "慕容": {"mù róng"}, "鲜于": {"xiān yú"}, "闾丘": {"lǘ qiū"},
	"亓官": {"qí guān"}, "东方": {"dōng fāng"}, "赫连": {"hè lián"}, "公羊": {"gōng yáng"}, "公冶": {"gōng yě"}, "太叔": {"tài shū"},
	"申屠": {"shēn tú"}, "单于": {"chán yú"}, "呼延": {"hū yán"}, "端木": {"duān mù"}, "百里": {"bǎi lǐ"}, "南宫": {"nán gōng"},
	"拓跋": {"tuò bá"}, "拓拔": {"tuò bá"}, "夹谷": {"jiá gǔ"}, "谷梁": {"gǔ liáng"}, "西门": {"xī mén"}, "东郭": {"dōng guō"},
	"南门": {"nán mén"}, "独孤": {"dú gū"}, "第五": {"dì wǔ"}, "闻人": {"wén rén"}, "淳于": {"chún yú"}, "颛孙": {"zhuān sūn"},
	"巫马": {"wū mǎ"}, "乐正": {"yuè zhèng"}, "漆雕": {"qī diāo"}, "壤驷": {"rǎng sì"}, "公良": {"gōng liáng"}, "纳兰": {"nà lán"},
	"完颜": {"wán yán"}, "叶赫": {"yè hè"}, "爱新": {"ài xīn"}, "哥舒": {"gē shū"}, "尔朱": {"ěr zhū"}, "左丘": {"zuǒ qiū"},
	"梁丘": {"liáng qiū"}, "东门": {"dōng mén"}, "微生": {"wēi shēng"}, "羊舌": {"yáng shé"}, "歐陽": {"ōu yáng"}, "司馬": {"sī mǎ"},
	"諸葛": {"zhū gě"},
}

// givens are characters whose first reading in the dictionary is not the one of names; a second reading is also common.
var givens = map[rune][]string{
	'晟': {"shèng", "chéng"}, '茜': {"qiàn", "xī"}, '乐': {"lè", "yuè"}, '朝': {"cháo", "zhāo"},
	'行': {"xíng", "háng"}, '长': {"cháng", "zhǎng"}, '柏': {"bǎi", "bó"}, '莘': {"xīn", "shēn"}, '媛': {"yuán"},
	'曾': {"zēng"}, '缪': {"miào"}, '翟': {"zhái", "dí"}, '查': {"chá", "zhā"}, '子': {"zǐ"}, '仔': {"zǐ"},
	'蔚': {"wèi", "yù"}, '隽': {"jùn", "juàn"}, '单': {"dān", "shàn"}, '卜': {"bǔ"}, '靓': {"liàng", "jìng"},
	'伽': {"jiā"}, '重': {"chóng", "zhòng"}, '覃': {"tán", "qín"}, '任': {"rèn", "rén"}, '解': {"jiě", "xiè"},
	'区': {"qū", "ōu"}, '仇': {"chóu", "qiú"}, '都': {"dū"}, '颉': {"jié", "xié"}, '葛': {"gé", "gě"}, '么': {"yāo"},
	'调': {"tiáo"}, '给': {"jǐ"}, '弹': {"tán"}, '了': {"liǎo"}, '的': {"dí"}, '省': {"shěng", "xǐng"},
	'参': {"cān", "shēn"}, '率': {"shuài"}, '朴': {"pǔ", "piáo"}, '种': {"zhǒng", "chóng"}, '秘': {"mì", "bì"},
	'折': {"zhé", "shé"},
}
