package rollout

import (
	"cmp"
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/phone"
	"zhike/internal/people"
)

// organizationImport brings company customers in (PPL-13). A row is known by its external key, one without a key by its name: brought in
// again it changes nothing, or what it says otherwise. A subsidiary may stand before its parent in the file.
type organizationImport struct {
	base

	entered map[string]bool // folded names of rows that a dry run accepted: they became nothing
}

// company is a row with its values.
type company struct {
	row      row
	in       people.OrganizationInput
	parent   string // as written
	unmapped []Cell
	reject   *Reject
}

// chunk implements chunker.
func (im *organizationImport) chunk(ctx context.Context, list []row, note func(row, outcome)) error {
	rows, names := im.companies(list)
	byKey, byName, err := im.known(ctx, rows, names)
	if err != nil {
		return err
	}
	there := func(parent string) bool {
		_, ok := byName[people.NameKey(parent)]
		return ok || im.entered[people.NameKey(parent)]
	}
	outcomes := make([]*outcome, len(rows))
	for open, orphans := len(rows), false; open > 0; { // parents first; whose parent is nowhere comes last
		before, waits := open, map[string]bool{} // names of earlier rows that wait: a later one of the name waits with them
		for i, c := range rows {
			if outcomes[i] != nil {
				continue
			}
			name := people.NameKey(c.in.Name)
			if waits[name] || c.parent != "" && c.reject == nil && !there(c.parent) && !orphans {
				waits[name] = c.reject == nil
				continue
			}
			o, err := im.row(ctx, c, byKey, byName)
			if err != nil {
				return err
			}
			outcomes[i], open = &o, open-1
		}
		orphans = open == before
	}
	for i, o := range outcomes {
		note(list[i], *o)
	}
	return nil
}

func (im *organizationImport) known(ctx context.Context, rows []company, names []string) (byKey, byName map[string]people.KnownOrganization, err error) {
	var keys []string
	for _, c := range rows {
		if c.in.ExternalKey != "" {
			keys = append(keys, c.in.ExternalKey)
		}
	}
	err = im.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		byKey, byName, err = people.OrganizationsKnown(ctx, tx, keys, names)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("look up chunk: %w", err)
	}
	return byKey, byName, nil
}

// companies reads the rows; names are those of the rows and of their parents.
func (im *organizationImport) companies(list []row) (rows []company, names []string) {
	for _, r := range list {
		c := im.company(r)
		rows, names = append(rows, c), append(names, c.in.Name)
		if c.parent != "" {
			names = append(names, c.parent)
		}
	}
	return rows, names
}

func (im *organizationImport) company(r row) company {
	v := im.mapping.values(r.cells)
	c := company{row: r, parent: v["parent"], in: people.OrganizationInput{
		Name: v["name"], NameLatin: v["name_latin"], Title: v["title"], TaxNumber: v["tax_number"], Address: v["address"], Bank: v["bank"], BankAccount: v["bank_account"],
		Industry: v["industry"], ExternalKey: v["external_key"],
	}}
	l := Lead{Row: r.no, Center: v["center"]}
	for i, column := range im.mapping.Columns {
		if column.Field == Custom && i < len(r.cells) && plainText(r.cells[i]) != "" {
			l.Custom = append(l.Custom, Cell{column.Code, clipTo(plainText(r.cells[i]), longestValue)})
		}
	}
	if v["phone"] != "" {
		number, err := phone.Parse(v["phone"], phone.China)
		if err != nil {
			c.reject = &Reject{Row: r.no, Field: "phone", Value: clip(v["phone"]), Code: "bad-phone"}
		}
		c.in.Phones = []people.ContactInput{{Value: number}}
	}
	if v["email"] != "" {
		if people.IsEmail(v["email"]) {
			c.in.Emails = []people.ContactInput{{Value: v["email"]}}
		} else {
			c.unmapped = append(c.unmapped, Cell{"email", clipTo(v["email"], longestValue)})
		}
	}
	c.in.CenterID, c.unmapped = im.centerOf(l, c.unmapped)
	c.in.Attributes = l.attributes(c.unmapped)
	switch {
	case c.reject != nil:
	case c.in.Name == "":
		c.reject = &Reject{Row: r.no, Code: "no-name"}
	default:
		if wrong := c.in.Check(); wrong != nil { // what the operation would refuse: a dry run says so too
			if o, err := refused(l, wrong); err == nil {
				c.reject = o.reject
			}
		}
	}
	return c
}

// row decides about one row, and does it. A parent that is nowhere is kept as text.
func (im *organizationImport) row(ctx context.Context, c company, byKey, byName map[string]people.KnownOrganization) (outcome, error) {
	if c.reject != nil {
		return outcome{what: Rejected, reject: c.reject}, nil
	}
	name := people.NameKey(c.in.Name)
	if c.parent != "" {
		parent, ok := byName[people.NameKey(c.parent)]
		c.in.ParentID = parent.ID
		if !ok && !im.entered[people.NameKey(c.parent)] {
			c.unmapped = append(c.unmapped, Cell{"parent", clipTo(c.parent, longestValue)})
			c.in.Attributes = append(c.in.Attributes, people.Attribute{Field: "parent", Text: clipTo(c.parent, longestValue)})
		}
	}
	k, exists := byKey[c.in.ExternalKey]
	if c.in.ExternalKey == "" {
		k, exists = byName[name]
	}
	switch {
	case exists:
		return im.again(ctx, c, k)
	case im.dry != nil:
		known := im.entered[cmp.Or(c.in.ExternalKey, name)]
		im.entered[cmp.Or(c.in.ExternalKey, name)], im.entered[name] = true, true
		if known {
			return outcome{what: Merged}, nil
		}
		return outcome{what: Accepted, unmapped: c.unmapped}, nil
	}
	a, err := people.RegisterOrganization.Run(ctx, im.run, c.in)
	if err != nil {
		return refused(Lead{Row: c.row.no}, err)
	}
	made := people.NewOrganization(a.ID, c.in)
	if c.in.ExternalKey != "" {
		byKey[c.in.ExternalKey] = made
	}
	byName[name] = made
	return outcome{what: Accepted, unmapped: c.unmapped}, nil
}

// again is a row whose organization is known: it changes what it says otherwise, where the importer may.
func (im *organizationImport) again(ctx context.Context, c company, k people.KnownOrganization) (outcome, error) {
	if k.ID == id.None {
		return outcome{what: Merged, unmapped: c.unmapped}, nil
	}
	change, differs := k.Change(c.in)
	if !differs || !k.May {
		return outcome{what: Merged, unmapped: c.unmapped}, nil
	}
	if im.dry == nil {
		if _, err := people.ChangeOrganization.Run(ctx, im.run, change); is(err, "nothing-changed") {
			return outcome{what: Merged, unmapped: c.unmapped}, nil
		} else if err != nil {
			return refused(Lead{Row: c.row.no}, err)
		}
	}
	return outcome{what: Updated, unmapped: c.unmapped}, nil
}

// customersOf finds the organizations that rows name, by name or key.
func customersOf(ctx context.Context, tx *op.Tx, leads []Lead) (map[string]people.KnownOrganization, error) {
	var names []string
	for _, l := range leads {
		if l.Organization != "" {
			names = append(names, l.Organization)
		}
	}
	out := map[string]people.KnownOrganization{}
	if len(names) == 0 {
		return out, nil
	}
	byKey, byName, err := people.OrganizationsKnown(ctx, tx, names, names)
	for name, o := range byName {
		out["n"+name] = o
	}
	for key, o := range byKey {
		out["k"+key] = o
	}
	return out, err
}

// customer finds the organization that a row names; a key goes before a name.
func customer(of map[string]people.KnownOrganization, written string) (people.KnownOrganization, bool) {
	if o, ok := of["k"+written]; ok {
		return o, true
	}
	o, ok := of["n"+people.NameKey(written)]
	return o, ok
}
