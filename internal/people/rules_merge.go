package people

import (
	"slices"
	"time"
)

// MergeTime is how long a merge can be undone (PPL-5).
const MergeTime = 30 * 24 * time.Hour

// Whose a field is after a merge.
const (
	FromKept   = "kept"   // of the person that stands
	FromMerged = "merged" // of the one that was merged into it
	FromBoth   = "both"   // both said the same; of contact points, those of both
)

// MergeFields says whose value a field has after a merge: kept or merged. Left out, it is that of the person that stands, where there is
// one. Contact points are all kept; the choice says whose come first.
type MergeFields struct {
	Name      string `json:"name,omitempty" enum:"kept,merged,"`
	NameLatin string `json:"name_latin,omitempty" enum:"kept,merged,"`
	Gender    string `json:"gender,omitempty" enum:"kept,merged,"`
	Birth     string `json:"birth,omitempty" enum:"kept,merged,"`
	District  string `json:"district,omitempty" enum:"kept,merged,"`
	Lang      string `json:"lang,omitempty" enum:"kept,merged,"`
	Phones    string `json:"phones,omitempty" enum:"kept,merged,"`
	Emails    string `json:"emails,omitempty" enum:"kept,merged,"`
	WeChat    string `json:"wechat,omitempty" enum:"kept,merged,"`
}

// over gives what is known of the person after a merge, and whose each known field is.
func (f MergeFields) over(kept, merged RegisterInput) (now RegisterInput, from map[string]string) {
	now, from = kept, map[string]string{}
	one(from, "name", f.Name, &now.Name, merged.Name)
	one(from, "name_latin", f.NameLatin, &now.NameLatin, merged.NameLatin)
	one(from, "gender", f.Gender, &now.Gender, merged.Gender)
	one(from, "birth", f.Birth, &now.Birth, merged.Birth)
	one(from, "district", f.District, &now.District, merged.District)
	one(from, "lang", f.Lang, &now.Lang, merged.Lang)
	now.Phones = union(from, "phones", f.Phones, kept.Phones, merged.Phones)
	now.Emails = union(from, "emails", f.Emails, kept.Emails, merged.Emails)
	now.WeChat = union(from, "wechat", f.WeChat, kept.WeChat, merged.WeChat)
	return now, from
}

// one chooses a value: that of the merged person where it was asked for, or where the other has none.
func one[T comparable](from map[string]string, field, choice string, value *T, merged T) {
	var none T
	switch {
	case *value == none && merged == none:
	case *value == merged:
		from[field] = FromBoth
	case *value == none || choice == FromMerged && merged != none:
		*value, from[field] = merged, FromMerged
	default:
		from[field] = FromKept
	}
}

// union is all contact points of both, those of the chosen one first, each once; whose it is stays where one of them knows.
func union(from map[string]string, field, choice string, kept, merged []ContactInput) []ContactInput {
	switch {
	case len(kept)+len(merged) == 0:
		return nil
	case len(merged) == 0:
		from[field] = FromKept
	case len(kept) == 0:
		from[field] = FromMerged
	default:
		from[field] = FromBoth
	}
	first, then := kept, merged
	if choice == FromMerged {
		first, then = merged, kept
	}
	all := slices.Clone(first)
	for _, c := range then {
		switch i := indexOf(all, c.Value); {
		case i < 0:
			all = append(all, c)
		case all[i].Relation == "":
			all[i].Relation = c.Relation
		}
	}
	return all
}

func indexOf(list []ContactInput, value string) int {
	return slices.IndexFunc(list, func(c ContactInput) bool { return c.Value == value })
}

// apart gives what is known of a person after its merge is undone: a field that the merge changed is what it was, unless it was changed
// since; contact points that came from the merged one go, those that were added since stay.
func apart(now, merged RegisterInput, old, from map[string]string) (RegisterInput, error) {
	var back ChangeInput
	is, theirs := now.values(), merged.values()
	for field, text := range old {
		switch _, known := is[field]; {
		case !known, slices.Contains(lists, field): // a custom value; see below
		case from[field] == FromMerged && is[field] == theirs[field]:
			if err := back.set(field, text); err != nil {
				return now, err
			}
		}
	}
	out := back.over(now)
	points := func(to *[]ContactInput, field string, merged []ContactInput) {
		if text, changed := old[field]; changed {
			*to = without(*to, *contactsOf(text), merged)
		}
	}
	points(&out.Phones, "phones", merged.Phones)
	points(&out.Emails, "emails", merged.Emails)
	points(&out.WeChat, "wechat", merged.WeChat)
	return out, nil
}

// without takes the contact points of the merged person from a list; where nothing was changed since the merge it is what it was.
func without(list, old, merged []ContactInput) []ContactInput {
	same := len(list) == len(union(map[string]string{}, "", "", old, merged))
	for _, c := range list {
		same = same && (indexOf(old, c.Value) >= 0 || indexOf(merged, c.Value) >= 0)
	}
	if same {
		return old
	}
	return slices.DeleteFunc(slices.Clone(list), func(c ContactInput) bool { return indexOf(old, c.Value) < 0 && indexOf(merged, c.Value) >= 0 })
}
