package people

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
)

// RevertChange sets back what somebody has just changed of a person (UI-B2). The old values are those that stand beside the change,
// sealed under the person's key: nothing else holds them (TRU-24). Refused: undo-late, and undo-changed, also where the person was
// forgotten since.
var RevertChange = op.Op[RevertInput, Answer]{
	Name: "people.revert-change", Rule: "UI-B2", Needs: "person:update", Fact: facts.PersonChanged{}, Do: revertChange,
	Subject: func(in RevertInput) op.Ref { return op.Ref{Kind: "person", ID: in.PersonID} },
}

// RevertInput names the person.
type RevertInput struct {
	PersonID id.ID `json:"person_id" path:"id"`
}

func revertChange(ctx context.Context, tx *op.Tx, in RevertInput) (Answer, error) {
	last, err := tx.Latest(ctx, in.PersonID, facts.PersonChanged{}.Kind())
	if err != nil {
		return Answer{}, err
	}
	old, err := openBefore(ctx, tx, []id.ID{in.PersonID}, []id.ID{last.ID})
	if err != nil {
		return Answer{}, err
	}
	back := ChangeInput{PersonID: in.PersonID, reverts: last.ID}
	for _, o := range old {
		if o.Gone {
			return Answer{}, op.UndoChanged()
		}
		if err := back.set(o.Field, o.Text); err != nil {
			return Answer{}, err
		}
	}
	return change(ctx, tx, back)
}

// set gives a field the value that it had, as values wrote it; what is no field of a person is a custom value.
func (in *ChangeInput) set(field, text string) error {
	switch field {
	case "name":
		in.Name = &text
	case "name_latin":
		in.NameLatin = &text
	case "gender":
		in.Gender = &text
	case "birth":
		in.Birth = new(bizdate.Date)
		if text == "" {
			return nil
		}
		day, err := bizdate.Parse(text)
		if err != nil {
			return fmt.Errorf("read old value of birth: %w", err)
		}
		*in.Birth = day
	case "district":
		in.District = &text
	case "lang":
		in.Lang = &text
	case "phones":
		in.Phones = contactsOf(text)
	case "emails":
		in.Emails = contactsOf(text)
	case "wechat":
		in.WeChat = contactsOf(text)
	default:
		in.Attributes = append(in.Attributes, Attribute{Field: field, Text: text})
	}
	return nil
}

// contactsOf reads what listText wrote.
func contactsOf(text string) *[]ContactInput {
	list := []ContactInput{}
	for row := range strings.SplitSeq(text, "\n") {
		if value, relation, _ := strings.Cut(row, "\t"); value != "" {
			list = append(list, ContactInput{Value: value, Relation: relation})
		}
	}
	return &list
}
