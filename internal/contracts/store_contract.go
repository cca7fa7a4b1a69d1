package contracts

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// termsOf gives the packages of lines in their order, each with the terms of the edition that the line names. Without a quote
// only the current edition of an active package is sold.
func termsOf(ctx context.Context, tx *op.Tx, lines []LineInput, quoted bool) ([]Package, error) {
	keys := make([]id.ID, len(lines))
	for i, l := range lines {
		keys[i] = l.PackageID
	}
	packages, err := packagesIn(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	earlier, err := editionsOf(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	var bad problem.Invalid
	out := make([]Package, len(lines))
	for i, l := range lines {
		p, ok := packages[l.PackageID]
		e, kept := earlier[editionKey{l.PackageID, l.Edition}]
		field := fmt.Sprintf("lines.%d.package_id", i)
		switch {
		case !ok:
			bad.Add(field, "unknown", l.PackageID)
		case !quoted && !p.Active:
			bad.Add(field, "package-inactive", p.Code)
		case l.Edition == 0 || l.Edition == p.Edition:
		case !kept || !quoted:
			bad.Add(fmt.Sprintf("lines.%d.edition", i), "edition-changed", l.Edition, "edition", p.Edition)
		default:
			p.Edition, p.Hours, p.Gift, p.Price, p.ValidityDays, p.Consume = e.Edition, e.Hours, e.Gift, e.Price, e.ValidityDays, e.Consume
		}
		out[i] = p
	}
	return out, bad.Err("CON-1")
}

type editionKey struct {
	Package id.ID
	Edition int64
}

func editionsOf(ctx context.Context, tx *op.Tx, packages []id.ID) (map[editionKey]edition, error) {
	var list []edition
	err := tx.Unscoped("editions hold no records of people").Select(&list).Where("package IN (?)", packages).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read editions: %w", err)
	}
	out := make(map[editionKey]edition, len(list))
	for _, e := range list {
		out[editionKey{e.Package, e.Edition}] = e
	}
	return out, nil
}

func packagesIn(ctx context.Context, tx *op.Tx, keys []id.ID) (map[id.ID]Package, error) {
	var list []Package
	if err := tx.Select(&list).Where("id IN (?)", keys).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read packages: %w", err)
	}
	out := make(map[id.ID]Package, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, nil
}

// insertDraft writes a contract with its lines, shares and instalments: the only place that writes terms (CON-2).
func insertDraft(ctx context.Context, tx *op.Tx, c Contract, d drafted) error {
	records := []op.Record{c}
	for i, l := range d.lines {
		records = append(records, Line{
			ID: tx.NewID(), Contract: c.ID, No: int64(i + 1), Package: l.PackageID, Edition: l.Edition, Course: l.CourseID, Hours: l.Hours, Gift: l.Gift,
			List: l.List, Payable: l.Payable, UnitPrice: unitPrice(l.Payable, l.Hours), ValidityDays: l.ValidityDays, Consume: l.Consume,
		})
	}
	for _, g := range d.granted {
		records = append(records, g.lines(c.ID)...)
	}
	for _, s := range d.shares {
		records = append(records, Share{Contract: c.ID, Staff: s.StaffID, Share: s.Share})
	}
	for i, p := range d.plan {
		records = append(records, Instalment{ID: tx.NewID(), Contract: c.ID, No: int64(i + 1), Due: p.Due, Amount: p.Amount})
	}
	for _, r := range records {
		if err := tx.Insert(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// lockContract locks a contract, the parent of its lines, instalments and hours (TRU-5), and loads it in scope.
func lockContract(ctx context.Context, tx *op.Tx, key id.ID) (c Contract, err error) {
	if err := tx.Lock(ctx, "contracts", key); err != nil {
		return c, fmt.Errorf("lock contract: %w", err)
	}
	return c, problem.Found(tx.Select(&c).Where("id = ?", key).Scan(ctx), "contract")
}

// linesOf reads the lines of a contract that was seen.
func linesOf(ctx context.Context, tx *op.Tx, contract id.ID) (list []Line, err error) {
	err = tx.Unscoped("its contract was seen").Select(&list).Where("contract = ?", contract).Order("no").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	return list, nil
}

// planOf reads the instalments of a contract that was seen.
func planOf(ctx context.Context, tx *op.Tx, contract id.ID) (list []Instalment, err error) {
	err = tx.Unscoped("its contract was seen").Select(&list).Where("contract = ?", contract).Order("no").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read instalments: %w", err)
	}
	return list, nil
}

// lines are the rows of what a promotion gives on a contract: those of its lines that get something, or the first for a thing.
func (g Granted) lines(contract id.ID) (list []op.Record) {
	for i := range g.Off {
		if g.Off[i] == 0 && g.Gift[i] == 0 && (g.Thing == "" || i > 0) {
			continue
		}
		row := GrantedLine{Contract: contract, Promotion: g.PromotionID, Line: int64(i + 1), No: g.No, Name: g.Name, Off: g.Off[i], Gift: g.Gift[i]}
		if i == 0 {
			row.Thing = g.Thing
		}
		list = append(list, row)
	}
	return list
}

// grantedOf reads what promotions give on a contract that was seen.
func grantedOf(ctx context.Context, tx *op.Tx, contract id.ID) (list []GrantedLine, err error) {
	err = tx.Unscoped("its contract was seen").Select(&list).Where("contract = ?", contract).Order("promotion, line").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read promotions of contract: %w", err)
	}
	return list, nil
}
