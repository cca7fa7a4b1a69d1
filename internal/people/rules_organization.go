package people

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
)

// ContactRoles lists what a person may be at an organization.
var ContactRoles = []string{"hr", "training", "purchasing", "finance", "management", "other"}

const (
	longestTitle   = 100 // of an invoice's title, a bank, an industry
	longestAddress = 200
	longestAccount = 40 // of a bank account
	longestTax     = 30
)

// OrganizationInput is what is known of an organization: its name and contact points, and what an invoice to it must say.
type OrganizationInput struct {
	Name        string         `json:"name" maxLength:"100"`
	NameLatin   string         `json:"name_latin,omitempty" maxLength:"100"`
	Title       string         `json:"title,omitempty" maxLength:"100" doc:"of its invoices; the name if left out"`
	TaxNumber   string         `json:"tax_number,omitempty" maxLength:"30" doc:"unified social credit identifier (GB 32100), or that of another country"`
	Address     string         `json:"address,omitempty" maxLength:"200"`
	Bank        string         `json:"bank,omitempty" maxLength:"100"`
	BankAccount string         `json:"bank_account,omitempty" maxLength:"40"`
	Industry    string         `json:"industry,omitempty" maxLength:"100"`
	ParentID    id.ID          `json:"subsidiary_of,omitempty" doc:"the organization of which it is a subsidiary"`
	CenterID    id.ID          `json:"center_id,omitempty" doc:"where; one's own center if left out"`
	ExternalKey string         `json:"external_key,omitempty" maxLength:"200"`
	Phones      []ContactInput `json:"phones,omitempty" maxItems:"10"`
	Emails      []ContactInput `json:"emails,omitempty" maxItems:"10"`
	Attributes  []Attribute    `json:"-"` // custom values, of an import
	Ask         bool           `json:"-"` // refuse one that is known for sure (PPL-4): a form asks
	Others      []id.ID        `json:"-"` // which it is not, though name or number say so
}

// contact is what persons and organizations have in common.
func (in OrganizationInput) contact() RegisterInput {
	return RegisterInput{Name: in.Name, NameLatin: in.NameLatin, ExternalKey: in.ExternalKey, Phones: in.Phones, Emails: in.Emails, CenterID: in.CenterID}
}

// Check says what RegisterOrganization would refuse of the values alone.
func (in OrganizationInput) Check() error {
	_, err := in.normal()
	return err
}

// normal folds what was typed. Refused: no name, a tax number that is none, and what Register refuses.
func (in OrganizationInput) normal() (OrganizationInput, error) {
	var bad problem.Invalid
	common, err := in.contact().normal(0)
	if refused, ok := problem.As(err); ok {
		bad = slices.DeleteFunc(slices.Clone(refused.Fields), func(f problem.Field) bool { return f.Code == "nobody" })
	} else if err != nil {
		return in, err
	}
	in.Name, in.NameLatin, in.ExternalKey, in.Phones, in.Emails = common.Name, common.NameLatin, common.ExternalKey, common.Phones, common.Emails
	if in.Name == "" {
		bad.Add("name", "required", nil)
	}
	for _, l := range []struct {
		field string
		text  *string
		most  int
	}{
		{"title", &in.Title, longestTitle},
		{"address", &in.Address, longestAddress},
		{"bank", &in.Bank, longestTitle},
		{"bank_account", &in.BankAccount, longestAccount},
		{"industry", &in.Industry, longestTitle},
	} {
		*l.text = oneLine(*l.text)
		switch n := utf8.RuneCountInString(*l.text); {
		case n > l.most:
			bad.Add(l.field, "too-long", nil, "max", l.most, "limit", l.most, "count", n)
		case strings.IndexFunc(*l.text, unicode.IsControl) >= 0 || !utf8.ValidString(*l.text):
			bad.Add(l.field, "bad-text", nil)
		}
	}
	number, ok := taxNumber(in.TaxNumber)
	if !ok {
		bad.Add("tax_number", "bad-tax-number", in.TaxNumber)
	}
	in.TaxNumber = number
	return in, bad.Err("PPL-13")
}

// creditSigns are the characters of a unified social credit identifier, each worth its place (GB 32100-2015).
const creditSigns = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// taxNumber folds a tax number. One of eighteen characters is a unified social credit identifier, whose last character proves the others;
// older ones and those of other countries are five to thirty letters and digits.
func taxNumber(s string) (string, bool) {
	s = strings.ToUpper(width.Fold.String(s))
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '.' {
			return -1
		}
		return r
	}, noMarks.Replace(s))
	if s == "" {
		return "", true
	}
	plain := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) < 0
	if !plain || len(s) < 5 || len(s) > longestTax {
		return "", false
	}
	return s, len(s) != 18 || creditChecks(s)
}

// creditChecks tells whether the check character of a unified social credit identifier is right: weights are the powers of 3 modulo 31.
func creditChecks(s string) bool {
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(creditSigns, s[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return s[17] == creditSigns[(31-sum%31)%31]
}

// nameKey is a name by which two organizations are the same: width, case, blanks and marks between words do not matter.
func nameKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, width.Fold.String(name))
}

// values gives the editable fields as texts, to compare and to keep.
func (in OrganizationInput) values() map[string]string {
	all := in.contact().values()
	out := map[string]string{
		"title": in.Title, "tax_number": in.TaxNumber, "address": in.Address, "bank": in.Bank, "bank_account": in.BankAccount, "industry": in.Industry, "subsidiary_of": "",
	}
	if !in.ParentID.IsNone() {
		out["subsidiary_of"] = in.ParentID.String()
	}
	for _, field := range []string{"name", "name_latin", "phones", "emails"} {
		out[field] = all[field]
	}
	return out
}

// organizationDiffers names the fields that differ, in order, with their old values.
func organizationDiffers(was, now OrganizationInput) (fields []string, old map[string]string) {
	before, after := was.values(), now.values()
	old = map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(before)) {
		if after[field] != before[field] {
			fields, old[field] = append(fields, field), before[field]
		}
	}
	return fields, old
}
