package pinyin_test

import (
	"slices"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"zhike/internal/kernel/pinyin"
)

func TestPPL2_Reading(t *testing.T) {
	for _, c := range []struct{ name, full, initials, marked string }{
		{"张伟", "zhangwei", "zw", "Zhāng Wěi"},
		{"张 伟", "zhangwei", "zw", "Zhāng Wěi"},
		{"单雄信", "shanxiongxin", "sxx", "Shàn Xióngxìn"},
		{"曾国藩", "zengguofan", "zgf", "Zēng Guófān"},
		{"仇英", "qiuying", "qy", "Qiú Yīng"},
		{"解缙", "xiejin", "xj", "Xiè Jìn"},
		{"区小明", "ouxiaoming", "oxm", "Ōu Xiǎomíng"},
		{"查良镛", "zhaliangyong", "zly", "Zhā Liángyōng"},
		{"任华", "renhua", "rh", "Rén Huá"},
		{"华罗庚", "hualuogeng", "hlg", "Huà Luógēng"},
		{"盖叫天", "gejiaotian", "gjt", "Gě Jiàotiān"},
		{"尉迟恭", "yuchigong", "ycg", "Yùchí Gōng"},
		{"长孙无忌", "zhangsunwuji", "zswj", "Zhǎngsūn Wújì"},
		{"朴树", "piaoshu", "ps", "Piáo Shù"},
		{"翟天临", "zhaitianlin", "ztl", "Zhái Tiānlín"},
		{"缪杰", "miaojie", "mj", "Miào Jié"},
		{"乐嘉", "yuejia", "yj", "Yuè Jiā"},
		{"员静", "yunjing", "yj", "Yùn Jìng"},
		{"召明", "shaoming", "sm", "Shào Míng"},
		{"繁星", "poxing", "px", "Pó Xīng"},
		{"种师道", "chongshidao", "csd", "Chóng Shīdào"},
		{"覃辉", "qinhui", "qh", "Qín Huī"},
		{"令狐冲", "linghuchong", "lhc", "Línghú Chōng"},
		{"欧阳娜娜", "ouyangnana", "oynn", "Ōuyáng Nànà"},
		{"上官婉儿", "shangguanwaner", "sgwe", "Shàngguān Wǎn'ér"},
		{"司马懿", "simayi", "smy", "Sīmǎ Yì"},
		{"吕布", "lvbu", "lb", "Lǚ Bù"},
		{"王子晟", "wangzisheng", "wzs", "Wáng Zǐshèng"},
		{"李西安", "lixian", "lxa", "Lǐ Xī'ān"},
		{"John O'Neil-Smith", "johnoneilsmith", "jos", "John O'Neil-Smith"},
		{"José Müller", "josemuller", "jm", "José Müller"},
		{"ＴＯＭ", "tom", "t", "ＴＯＭ"},
		{"张伟(Tom)", "zhangweitom", "zwt", "Zhāng Wěi Tom"},
		{"David 张", "davidzhang", "dz", "David Zhāng"},
		{"王😀芳", "wangfang", "wf", "Wáng Fāng"},
		{"", "", "", ""},
		{"😀 -", "", "", ""},
	} {
		got := pinyin.Of(c.name)
		if got.Full != c.full || got.Initials != c.initials || got.Marked != c.marked {
			t.Errorf("Of(%s) = %q %q %q, want %q %q %q", c.name, got.Full, got.Initials, got.Marked, c.full, c.initials, c.marked)
		}
	}
}

func TestReadings_SecondReading(t *testing.T) {
	for name, want := range map[string][]string{
		"覃辉":  {"qinhui", "tanhui"},
		"李茜":  {"liqian", "lixi"},
		"张伟":  {"zhangwei"},
		"Tom": {"tom"},
	} {
		var got []string
		for _, r := range pinyin.Readings(name) {
			got = append(got, r.Full)
		}
		if !slices.Equal(got, want) {
			t.Errorf("Readings(%s) = %v, want %v", name, got, want)
		}
	}
}

func TestSurname(t *testing.T) {
	for name, want := range map[string][2]string{
		"张伟": {"张", "伟"}, "欧阳娜娜": {"欧阳", "娜娜"}, "Tom": {"", "Tom"}, "": {"", ""}, "王": {"王", ""},
	} {
		if surname, rest := pinyin.Surname(name); surname != want[0] || rest != want[1] {
			t.Errorf("Surname(%s) = %q %q", name, surname, rest)
		}
	}
}

// Whatever people type, the reading is folded and consistent in itself.
func TestOf_AnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("张王曾单欧阳娜伟é ·(aB1")), 0, 12, -1)).Draw(t, "name")
		r := pinyin.Of(name)
		var joined string
		for _, p := range r.Parts {
			if p == "" {
				t.Fatalf("Of(%q) has an empty part", name)
			}
			joined += p
		}
		if joined != r.Full || len([]rune(r.Initials)) != len(r.Parts) || r.Given > len(r.Parts) {
			t.Fatalf("Of(%q) = %+v", name, r)
		}
		for _, c := range r.Full {
			if unicode.IsSpace(c) || pinyin.IsHan(c) && pinyin.Of(string(c)).Full != "" {
				t.Fatalf("Of(%q).Full = %q", name, r.Full)
			}
		}
		if twice := pinyin.Fold(pinyin.Fold(name)); twice != pinyin.Fold(name) {
			t.Fatalf("Fold(%q) = %q, folded again %q", name, pinyin.Fold(name), twice)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	for _, name := range []string{"张伟", "欧阳娜娜", "John Smith", "José Müller"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pinyin.Of(name)
			}
		})
	}
}
