package people

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/problem"
)

// Genders lists what a gender may be, besides unknown.
var Genders = []string{"female", "male"}

// Relations lists whose a contact point may be.
var Relations = []string{"self", "mother", "father", "grandparent", "spouse", "other"}

const (
	longestName = 100
	mostPoints  = 10
)

// ContactInput is a phone, an e-mail address or a WeChat name as it was typed.
type ContactInput struct {
	Value    string `json:"value" maxLength:"200"`
	Relation string `json:"relation,omitempty" enum:"self,mother,father,grandparent,spouse,other"`
}

// RegisterInput is what is known of a person.
type RegisterInput struct {
	Name        string         `json:"name,omitempty" maxLength:"100"`
	NameLatin   string         `json:"name_latin,omitempty" maxLength:"100"`
	Gender      string         `json:"gender,omitempty" enum:"female,male"`
	Birth       bizdate.Date   `json:"birth,omitempty"`
	District    string         `json:"district,omitempty" maxLength:"100"`
	Lang        string         `json:"lang,omitempty" maxLength:"10"`
	CenterID    id.ID          `json:"center_id,omitempty" doc:"where; one's own center if left out"`
	HouseholdOf id.ID          `json:"household_of,omitempty" doc:"somebody whose household is joined (PPL-3)"`
	ExternalKey string         `json:"external_key,omitempty" maxLength:"200"`
	Phones      []ContactInput `json:"phones,omitempty" maxItems:"10"`
	Emails      []ContactInput `json:"emails,omitempty" maxItems:"10"`
	WeChat      []ContactInput `json:"wechat,omitempty" maxItems:"10"`
	Attributes  []Attribute    `json:"-"` // custom values, of an import
	Ask         bool           `json:"-"` // refuse who is known for sure (PPL-4): a form asks
	Others      []id.ID        `json:"-"` // who it is not, though name and phone say so
	Matter      bool           `json:"-"` // a matter is entered with the person: who has that has the person
}

// normal folds what was typed: blanks, phones to E.164; it refuses a person that nothing names, and what is too long or unreadable.
func (in RegisterInput) normal(today bizdate.Date) (RegisterInput, error) {
	var bad problem.Invalid
	line := func(field string, s *string, most int) {
		*s = oneLine(*s)
		switch {
		case utf8.RuneCountInString(*s) > most:
			bad.Add(field, "too-long", nil, "max", most, "limit", most, "count", utf8.RuneCountInString(*s))
		case strings.IndexFunc(*s, unicode.IsControl) >= 0 || !utf8.ValidString(*s):
			bad.Add(field, "bad-text", nil)
		}
	}
	line("name", &in.Name, longestName)
	line("name_latin", &in.NameLatin, longestName)
	line("district", &in.District, longestName)
	line("external_key", &in.ExternalKey, 200)
	line("lang", &in.Lang, 10)
	if in.Gender != "" && !slices.Contains(Genders, in.Gender) {
		bad.Add("gender", "not-one-of", in.Gender, "list", strings.Join(Genders, ", "))
	}
	if in.Birth != 0 && (in.Birth > today || in.Birth < today-130*366) {
		bad.Add("birth", "bad-birth", in.Birth)
	}
	in.Phones = contacts(&bad, "phones", in.Phones, func(s string) (string, string) {
		v, err := phone.Parse(s, "CN")
		if err != nil {
			return "", "bad-phone"
		}
		return v, ""
	})
	in.Emails = contacts(&bad, "emails", in.Emails, email)
	in.WeChat = contacts(&bad, "wechat", in.WeChat, func(s string) (string, string) { return s, "" })
	if in.Name == "" && in.NameLatin == "" && in.ExternalKey == "" && len(in.Phones) == 0 {
		bad.Add("name", "nobody", nil)
	}
	return in, bad.Err("PPL-1")
}

func contacts(bad *problem.Invalid, field string, list []ContactInput, read func(string) (value, code string)) []ContactInput {
	if len(list) > mostPoints {
		bad.Add(field, "too-many", len(list), "max", mostPoints)
		return nil
	}
	var out []ContactInput
	for i, c := range list {
		if c.Value = strings.TrimSpace(c.Value); c.Value == "" {
			continue
		}
		v, code := read(c.Value)
		switch {
		case utf8.RuneCountInString(c.Value) > 200:
			bad.Add(fmt.Sprintf("%s.%d.value", field, i), "too-long", nil, "max", 200, "limit", 200, "count", utf8.RuneCountInString(c.Value))
		case code != "":
			bad.Add(fmt.Sprintf("%s.%d.value", field, i), code, c.Value)
		case c.Relation != "" && !slices.Contains(Relations, c.Relation):
			bad.Add(fmt.Sprintf("%s.%d.relation", field, i), "not-one-of", c.Relation, "list", strings.Join(Relations, ", "))
		case !slices.ContainsFunc(out, func(o ContactInput) bool { return o.Value == v }):
			out = append(out, ContactInput{Value: v, Relation: c.Relation})
		}
	}
	return out
}

// email folds an address; it checks its form only, whether it works is known when mail was sent.
func email(s string) (value, code string) {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || strings.ContainsAny(s, " \t\r\n,;<>\"") || !strings.Contains(s[at:], ".") {
		return "", "bad-email"
	}
	return s[:at] + strings.ToLower(s[at:]), ""
}

// IsEmail tells whether a text has the form of an e-mail address.
func IsEmail(s string) bool {
	_, code := email(s)
	return code == "" && utf8.RuneCountInString(s) <= 200
}

// oneLine is a text of one line: blanks around and between words count once, marks without width are dropped.
func oneLine(s string) string { return strings.Join(strings.Fields(noMarks.Replace(s)), " ") }

var noMarks = strings.NewReplacer("\ufeff", "", "\u200b", "", "\u200e", "", "\u200f", "")

// paragraphs is a text of several lines: what cannot be printed is dropped, and so are blanks at both ends.
func paragraphs(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}
