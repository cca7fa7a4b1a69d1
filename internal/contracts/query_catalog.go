package contracts

import (
	"context"
	"fmt"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Courses lists the courses by code; with active, those still taught.
func Courses(ctx context.Context, tx *op.Tx, active bool) (list []Course, err error) {
	sel := tx.Select(&list).Order("code")
	if active {
		sel.Where("active = TRUE")
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list courses: %w", err)
	}
	return list, nil
}

// CourseByID gives a course.
func CourseByID(ctx context.Context, tx *op.Tx, key id.ID) (c Course, err error) {
	err = tx.Select(&c).Where("id = ?", key).Scan(ctx)
	return c, problem.Found(err, "course")
}

// CourseByCode gives the course of a code, or of a name in either language; of several the first by code.
func CourseByCode(ctx context.Context, tx *op.Tx, code string) (c Course, err error) {
	err = tx.Select(&c).Where("code = ? OR name_zh = ? OR name_en = ?", code, code, code).Order("code").Limit(1).Scan(ctx)
	return c, problem.Found(err, "course")
}

// Packages lists the packages by code: of a course, or of all for none; with active, those still sold.
func Packages(ctx context.Context, tx *op.Tx, course id.ID, active bool) (list []Package, err error) {
	sel := tx.Select(&list).Order("code")
	if !course.IsNone() {
		sel.Where("course = ?", course)
	}
	if active {
		sel.Where("active = TRUE")
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	return list, nil
}

// PackageByID gives a package with its present terms.
func PackageByID(ctx context.Context, tx *op.Tx, key id.ID) (p Package, err error) {
	err = tx.Select(&p).Where("id = ?", key).Scan(ctx)
	return p, problem.Found(err, "package")
}

// PackagesByID gives packages that are still sold, in the order asked, with their present terms. Refused: unknown, package-inactive.
func PackagesByID(ctx context.Context, tx *op.Tx, keys []id.ID) ([]Package, error) {
	found, err := packagesIn(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	var bad problem.Invalid
	out := make([]Package, len(keys))
	for i, key := range keys {
		p, ok := found[key]
		switch {
		case !ok:
			bad.Add(fmt.Sprintf("package_ids.%d", i), "unknown", key)
		case !p.Active:
			bad.Add(fmt.Sprintf("package_ids.%d", i), "package-inactive", p.Code)
		}
		out[i] = p
	}
	return out, bad.Err("CON-1")
}
