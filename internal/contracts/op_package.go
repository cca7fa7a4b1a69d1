package contracts

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// AddPackage adds a package to a course (CON-1). Refused: code-taken, an unknown course.
var AddPackage = op.Op[PackageInput, PackageAnswer]{
	Name: "contracts.add-package", Rule: "CON-1", Needs: "package:create", Fact: facts.PackageAdded{}, Do: addPackage,
}

// PackageInput is what is known of a package.
type PackageInput struct {
	Code         string      `json:"code" maxLength:"40"`
	CourseID     id.ID       `json:"course_id"`
	NameZH       string      `json:"name_zh" maxLength:"100"`
	NameEN       string      `json:"name_en,omitempty" maxLength:"100"`
	Hours        hours.Centi `json:"hours_x100" minimum:"1" doc:"paid hours in hundredths"`
	Gift         hours.Centi `json:"gift_hours_x100,omitempty" minimum:"0"`
	Price        money.Fen   `json:"price_fen" minimum:"1"`
	ValidityDays int64       `json:"validity_days" minimum:"1" maximum:"3650"`
	Consume      string      `json:"consume,omitempty" enum:"paid-first,gift-first,proportional" doc:"paid-first if left out (CON-4)"`
}

// PackageAnswer names the package and the edition of its terms.
type PackageAnswer struct {
	ID      id.ID `json:"id"`
	Edition int64 `json:"edition"`
	Version int64 `json:"version"`
}

func addPackage(ctx context.Context, tx *op.Tx, in PackageInput) (PackageAnswer, error) {
	p := Package{
		ID: tx.NewID(), Code: strings.TrimSpace(in.Code), Course: in.CourseID, NameZH: strings.TrimSpace(in.NameZH), NameEN: strings.TrimSpace(in.NameEN),
		Hours: in.Hours, Gift: in.Gift, Price: in.Price, ValidityDays: in.ValidityDays, Consume: in.Consume, Edition: 1, Active: true,
	}
	if p.Consume == "" {
		p.Consume = ways[0]
	}
	bad := p.check()
	if _, err := CourseByID(ctx, tx, in.CourseID); err != nil {
		if found, ok := problem.As(err); !ok || found.Code != "not-found" {
			return PackageAnswer{}, err
		}
		bad.Add("course_id", "unknown", in.CourseID)
	}
	if err := bad.Err("CON-1"); err != nil {
		return PackageAnswer{}, err
	}
	if err := insertCoded(ctx, tx, p, p.Code); err != nil {
		return PackageAnswer{}, err
	}
	if err := tx.Insert(ctx, p.edition()); err != nil {
		return PackageAnswer{}, err
	}
	tx.Record(p.ID, facts.PackageAdded{Package: p.ID, Course: p.Course, Price: p.Price})
	return PackageAnswer{ID: p.ID, Edition: p.Edition, Version: p.Version}, nil
}

// ChangePackage changes a package (CON-1). Other hours, price, validity or way of consumption make a new edition; contracts and
// quotes keep theirs. What is left out stays. Refused: stale.
var ChangePackage = op.Op[ChangePackageInput, PackageAnswer]{
	Name: "contracts.change-package", Rule: "CON-1", Needs: "package:update", Fact: facts.PackageChanged{}, Do: changePackage,
	Subject: func(in ChangePackageInput) op.Ref { return op.Ref{Kind: "package", ID: in.PackageID} }, Undo: "contracts.change-package",
}

// ChangePackageInput names the fields that change.
type ChangePackageInput struct {
	PackageID    id.ID        `json:"package_id" path:"id"`
	Version      *int64       `json:"version,omitempty" doc:"the version that the change started from (ORG-10)"`
	NameZH       *string      `json:"name_zh,omitempty" maxLength:"100"`
	NameEN       *string      `json:"name_en,omitempty" maxLength:"100"`
	Hours        *hours.Centi `json:"hours_x100,omitempty" minimum:"1"`
	Gift         *hours.Centi `json:"gift_hours_x100,omitempty" minimum:"0"`
	Price        *money.Fen   `json:"price_fen,omitempty" minimum:"1"`
	ValidityDays *int64       `json:"validity_days,omitempty" minimum:"1" maximum:"3650"`
	Consume      *string      `json:"consume,omitempty" enum:"paid-first,gift-first,proportional"`
	Active       *bool        `json:"active,omitempty"`
}

func changePackage(ctx context.Context, tx *op.Tx, in ChangePackageInput) (PackageAnswer, error) {
	p, err := PackageByID(ctx, tx, in.PackageID)
	if err != nil {
		return PackageAnswer{}, err
	}
	was := p
	in.apply(&p)
	if err := p.check().Err("CON-1"); err != nil {
		return PackageAnswer{}, err
	}
	renewed := p.edition() != was.edition()
	if renewed {
		p.Edition++
	}
	err = tx.Save(ctx, &p, "name_zh", "name_en", "hours", "gift", "price", "validity_days", "consume", "edition", "active")
	if err != nil {
		return PackageAnswer{}, err
	}
	if renewed {
		if err := tx.Insert(ctx, p.edition()); err != nil {
			return PackageAnswer{}, fmt.Errorf("keep edition: %w", err)
		}
	}
	tx.Undoable(ChangePackageInput{
		PackageID: p.ID, NameZH: &was.NameZH, NameEN: &was.NameEN, Hours: &was.Hours, Gift: &was.Gift, Price: &was.Price, ValidityDays: &was.ValidityDays,
		Consume: &was.Consume, Active: &was.Active,
	})
	tx.Record(p.ID, facts.PackageChanged{Package: p.ID, Edition: p.Edition, Price: p.Price})
	return PackageAnswer{ID: p.ID, Edition: p.Edition, Version: p.Version}, nil
}

func (in ChangePackageInput) apply(p *Package) {
	if in.Version != nil {
		p.Version = *in.Version
	}
	var changed []string // an edition tells what changed
	set(&changed, "name_zh", &p.NameZH, trimmed(in.NameZH))
	set(&changed, "name_en", &p.NameEN, trimmed(in.NameEN))
	set(&changed, "hours_x100", &p.Hours, in.Hours)
	set(&changed, "gift_hours_x100", &p.Gift, in.Gift)
	set(&changed, "price_fen", &p.Price, in.Price)
	set(&changed, "validity_days", &p.ValidityDays, in.ValidityDays)
	set(&changed, "consume", &p.Consume, in.Consume)
	set(&changed, "active", &p.Active, in.Active)
}
