package phone_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/problem"
)

func TestPPL3_Parse(t *testing.T) {
	for _, c := range []struct{ in, region, want string }{
		{"13800138000", "", "+8613800138000"},
		{"１３８００１３８０００", "", "+8613800138000"},
		{"138 0013 8000", "CN", "+8613800138000"},
		{"138-0013-8000", "", "+8613800138000"},
		{"138　0013　8000", "", "+8613800138000"},
		{"(+86) 138 0013 8000", "", "+8613800138000"},
		{"（＋８６）13800138000", "", "+8613800138000"},
		{"0086 13800138000", "", "+8613800138000"},
		{"8613800138000", "", "+8613800138000"},
		{"+86-138-0013-8000", "US", "+8613800138000"},
		{"13800138000.0", "", "+8613800138000"},
		{"'13800138000", "", "+8613800138000"},
		{"\u202d13800138000\u202c", "", "+8613800138000"},
		{"19212345678", "", "+8619212345678"},
		{"010-62345678", "", "+861062345678"},
		{"（010）6234 5678", "", "+861062345678"},
		{"0571-87654321", "", "+8657187654321"},
		{"021 5888 1234", "", "+862158881234"},
		{"010-62345678 ext. 801", "", "+861062345678"},
		{"+44 20 7946 0958", "", "+442079460958"},
		{"+1 (650) 253-0000", "", "+16502530000"},
		{"(650) 253-0000", "US", "+16502530000"},
		{"+852 9123 4567", "", "+85291234567"},
	} {
		got, err := phone.Parse(c.in, c.region)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q, %q) = %q, %v, want %q", c.in, c.region, got, err, c.want)
		}
	}
}

func TestPPL3_ParseRefused(t *testing.T) {
	for _, in := range []string{
		"", " ", "-", "+", "1380013800", "138001380000", "12800138000", "62345678", "张伟", "1-800-FLOWERS", "13800138000张",
		"13800138000/13900139000", "+86", "0000000000", "+999123456789", "1.3800138E+10", strings.Repeat("1", 5000), "😀13800138000", "\xff\xfe",
		strings.Repeat("张", 20), strings.Repeat("1", 63),
	} {
		got, err := phone.Parse(in, "")
		p, ok := problem.As(err)
		if !ok || p.Code != "bad-phone" || p.Rule != "PPL-3" || got != "" {
			t.Errorf("Parse(%q) = %q, %v, want bad-phone", in, got, err)
		}
	}
}

func TestShown(t *testing.T) {
	for _, c := range []struct{ e164, mask, tail, national, digits string }{
		{"+8613812341234", "138****1234", "1234", "138 1234 1234", "13812341234"},
		{"+861062345678", "010****5678", "5678", "010 6234 5678", "01062345678"},
		{"+8657187654321", "0571****4321", "4321", "0571 8765 4321", "057187654321"},
		{"+864008001234", "400****1234", "1234", "400 800 1234", "4008001234"},
		{"+442079460958", "+44****0958", "0958", "+44 20 7946 0958", "442079460958"},
		{"+29012345", "****45", "2345", "+290 12345", "29012345"},
		{"", "****", "", "", ""},
	} {
		if got := phone.Mask(c.e164); got != c.mask {
			t.Errorf("Mask(%s) = %q, want %q", c.e164, got, c.mask)
		}
		if got := phone.Tail(c.e164); got != c.tail {
			t.Errorf("Tail(%s) = %q, want %q", c.e164, got, c.tail)
		}
		if got := phone.National(c.e164); got != c.national {
			t.Errorf("National(%s) = %q, want %q", c.e164, got, c.national)
		}
		if got := phone.Digits(c.e164); got != c.digits {
			t.Errorf("Digits(%s) = %q, want %q", c.e164, got, c.digits)
		}
	}
}

// What is shown can be typed in again, and whatever is typed never breaks anything.
func TestPPL3_RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`(\+86|0086|86)?[ -]?1[3-9][0-9] ?[0-9]{4}-?[0-9]{4}`),
			rapid.StringMatching(`\(?0(10|2[0-9]|[3-9][0-9]{2})\)?[- ]?[2-8][0-9]{6,7}`), rapid.String()).Draw(t, "typed")
		e164, err := phone.Parse(s, "")
		if err != nil {
			return
		}
		for _, again := range []string{e164, phone.National(e164)} {
			if got, err := phone.Parse(again, ""); err != nil || got != e164 {
				t.Fatalf("Parse(%q) = %q, %v, want %q", again, got, err, e164)
			}
		}
		if mask := phone.Mask(e164); strings.Contains(mask, phone.Digits(e164)) || !strings.Contains(mask, "****") {
			t.Fatalf("Mask(%q) = %q", e164, mask)
		}
	})
}

func TestTexts(t *testing.T) {
	if _, err := i18n.New(phone.Text); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkParse(b *testing.B) {
	for name, s := range map[string]string{"mobile": "138 0013 8000", "landline": "010-62345678", "abroad": "+44 20 7946 0958", "refused": "62345678"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = phone.Parse(s, "")
			}
		})
	}
}
