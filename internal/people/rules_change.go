package people

import (
	"slices"
	"strings"

	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/problem"
)

// lists names the fields of contact points.
var lists = []string{"phones", "emails", "wechat"}

// over gives what is known after a change: fields that it leaves out stay.
func (in ChangeInput) over(was RegisterInput) RegisterInput {
	set(&was.Name, in.Name)
	set(&was.NameLatin, in.NameLatin)
	set(&was.Gender, in.Gender)
	set(&was.Birth, in.Birth)
	set(&was.District, in.District)
	set(&was.Lang, in.Lang)
	set(&was.Phones, in.Phones)
	set(&was.Emails, in.Emails)
	set(&was.WeChat, in.WeChat)
	return was
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// values gives the editable fields as texts, to compare and to keep; a contact point is a line.
func (in RegisterInput) values() map[string]string {
	return map[string]string{
		"name": in.Name, "name_latin": in.NameLatin, "gender": in.Gender, "birth": in.Birth.String(), "district": in.District, "lang": in.Lang,
		"phones": listText(in.Phones), "emails": listText(in.Emails), "wechat": listText(in.WeChat),
	}
}

func listText(list []ContactInput) string {
	rows := make([]string, len(list))
	for i, c := range list {
		rows[i] = strings.TrimSpace(c.Value + "\t" + c.Relation)
	}
	return strings.Join(rows, "\n")
}

// differences names the fields that differ, in order, with their old values.
func differences(was, now RegisterInput) (fields []string, old map[string]string) {
	before, after := was.values(), now.values()
	old = map[string]string{}
	for field, text := range before {
		if after[field] != text {
			fields, old[field] = append(fields, field), text
		}
	}
	slices.Sort(fields)
	return fields, old
}

// overlapping refuses a change of fields that somebody else changed since its base (409, ORG-10), with their values as they are
// now; show says how contact points are shown.
func overlapping(fields, since []string, values map[string]string, show func(string) string) error {
	p := &problem.Problem{Status: 409, Code: "stale", Rule: "ORG-10"}
	for _, f := range fields {
		if !slices.Contains(since, f) {
			continue
		}
		value := values[f]
		if slices.Contains(lists, f) {
			value = show(value)
		}
		p.Fields = append(p.Fields, problem.Field{Location: f, Value: value, Code: "changed-meanwhile"})
	}
	if len(p.Fields) == 0 {
		return nil
	}
	return p
}

// maskList masks each value of a list of contact points.
func maskList(text string) string {
	rows := strings.Split(text, "\n")
	for i, row := range rows {
		value, relation, _ := strings.Cut(row, "\t")
		if value != "" {
			rows[i] = strings.TrimSpace(maskContact(value) + "\t" + relation)
		}
	}
	return strings.Join(rows, "\n")
}

// maskContact masks a contact point of any kind; a name in Chinese is not cut within a character.
func maskContact(value string) string { return strings.ToValidUTF8(phone.Mask(value), "") }
