package people

import (
	"slices"
	"testing"

	"zhike/internal/kernel/bizdate"
)

// Phones, ID numbers and names of others are masked within words, also beside other numbers; one's own stay (PPL-11).
func TestPPL11_MaskWords(t *testing.T) {
	own := map[string]bool{"+8613800138000": true, "a@b.cn": true, "11010119850102456x": true}
	for text, want := range map[string]string{
		"2026-11-28 13900139000":                      "2026-11-28 139****9000",
		"13800138000 13900139000":                     "13800138000 139****9000",
		"身份证11010119900307123X，请核对":                   "身份证110****123X，请核对",
		"何雨桐 139 0013 9000 约周六，13800138000":           "何** 139****9000 约周六，13800138000",
		"写信到 c@d.cn 或 a@b.cn":                         "写信到 c***@d.cn 或 a@b.cn",
		"Leo 和 Amy 说 leopard、Leopold、An's":            "L** 和 A** 说 leopard、Leopold、An's",
		"本人 11010119850102456X，妈妈 110101196001024567": "本人 11010119850102456X，妈妈 110****4567",
		"学费 12800 元，2026 年 3 期":                       "学费 12800 元，2026 年 3 期",
	} {
		if got := maskWords(text, map[string]bool{"何雨桐": true, "Leo": true, "Amy": true}, own); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Short Latin names are looked for; a number of an identity card is one's own by its birth date (PPL-11).
func TestPPL11_ShortNamesAndOwnCards(t *testing.T) {
	if got := namesIn("问 Leo 和 Li 来"); !got["Leo"] || !got["Li"] {
		t.Errorf("names in words: %v", got)
	}
	texts := []string{"11010119850102456X", "妈妈 110101196001024567"}
	if got := ownCards(texts, []bizdate.Date{bizdate.New(1985, 1, 2)}); !slices.Equal(got, texts[:1]) {
		t.Errorf("own cards %v", got)
	}
	if got := ownCards(texts, []bizdate.Date{0}); len(got) != 2 {
		t.Errorf("own cards without a birth date: %v", got)
	}
}

// What a field is called tells of ID numbers and addresses word by word (PPL-10).
func TestPPL10_PrivateKind(t *testing.T) {
	for name, want := range map[string]string{"paid_note": "", "id_no": privateNumber, "身份证号（电子版）": privateNumber, "电子邮箱": "", "住址": privateAddress, "e-mail": "", "home address": privateAddress} {
		if got := privateKind(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
