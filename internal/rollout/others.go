package rollout

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"zhike/internal/contracts"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
)

func newChunker(ctx context.Context, r *op.Runner, i ImportRun, v *policy.Viewer, dry bool) (chunker, error) {
	switch i.Kind {
	case "leads", "people", "organizations":
		b, err := newBase(r, i.Mapping, i.Center, v.Scope("import:create"), dry)
		if err != nil {
			return nil, err
		}
		switch i.Kind {
		case "people":
			return &personImport{b}, nil
		case "organizations":
			return &organizationImport{base: b, entered: map[string]bool{}}, nil
		}
		return newLeadImport(ctx, b)
	case "centers":
		return &records{run: r, mapping: i.Mapping, dry: dry, do: importCenter}, nil
	case "courses":
		return &records{run: r, mapping: i.Mapping, dry: dry, do: importCourse}, nil
	case "staff":
		return &records{run: r, mapping: i.Mapping, dry: dry, do: importStaff}, nil
	case "campaign-costs":
		return &records{run: r, mapping: i.Mapping, dry: dry, do: importCost}, nil
	case "budgets":
		return &records{run: r, mapping: i.Mapping, dry: dry, do: importBudget}, nil
	}
	var courses map[string]id.ID
	err := r.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		courses, err = coursesByName(ctx, tx)
		return err
	})
	return &records{run: r, mapping: i.Mapping, dry: dry, do: func(ctx context.Context, r *op.Runner, v map[string]string) error {
		return importPackage(ctx, r, v, courses)
	}}, err
}

// records imports rows that are one record each: a row that its operation refuses is rejected, one whose code exists is merged.
type records struct {
	run     *op.Runner
	mapping Mapping
	dry     bool
	do      func(ctx context.Context, r *op.Runner, v map[string]string) error
}

func (rs *records) close() error { return nil }

var errDry = errors.New("dry run")

func (rs *records) chunk(ctx context.Context, list []row, note func(row, outcome)) error {
	if !rs.dry {
		return rs.rows(ctx, list, note)
	}
	var outcomes []outcome
	err := rs.run.Batch(ctx, func(ctx context.Context) error {
		outcomes = nil
		if err := rs.rows(ctx, list, func(_ row, o outcome) { outcomes = append(outcomes, o) }); err != nil {
			return err
		}
		return errDry
	})
	if !errors.Is(err, errDry) {
		return err
	}
	for i, o := range outcomes {
		note(list[i], o)
	}
	return nil
}

func (rs *records) rows(ctx context.Context, list []row, note func(row, outcome)) error {
	for _, r := range list {
		err := rs.do(ctx, rs.run, rs.mapping.values(r.cells))
		p, refusal := problem.As(err)
		switch {
		case err == nil:
			note(r, outcome{what: Accepted})
		case refusal && len(p.Fields) > 0 && strings.HasSuffix(p.Code, "-taken"):
			note(r, outcome{what: Merged})
		case refusal && p.Status < 500:
			o, _ := refused(Lead{Row: r.no}, err)
			note(r, o)
		default:
			return err
		}
	}
	return nil
}

// values gives the cells of a row by field.
func (m Mapping) values(cells []string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, m.Fixed)
	for i, c := range m.Columns {
		if i >= len(cells) || c.Field == Ignore || c.Field == Custom {
			continue
		}
		v := plainText(cells[i])
		if word, ok := m.Values[c.Field][v]; ok {
			v = word
		}
		out[c.Field] = v
	}
	for field, v := range m.Defaults {
		if out[field] == "" {
			out[field] = v
		}
	}
	return out
}

func importCenter(ctx context.Context, r *op.Runner, v map[string]string) error {
	in := organization.CenterInput{Code: v["code"], NameZH: v["name_zh"], NameEN: v["name_en"], City: v["city"], Zone: v["zone"]}
	if v["region"] != "" {
		region, ok := r.Org.(*organization.Directory).RegionByCode(v["region"])
		if !ok {
			return problem.Refuse("ORG-1", "invalid", problem.Field{Location: "region", Code: "unknown", Value: v["region"]})
		}
		in.Region = region.ID
	}
	if v["opened"] != "" {
		d, err := day(v["opened"])
		if err != nil {
			return problem.Refuse("ORG-1", "invalid", problem.Field{Location: "opened", Code: "bad-date", Value: v["opened"]})
		}
		in.Opened = d
	}
	_, err := organization.OpenCenter.Run(ctx, r, in)
	return err
}

// importCourse enters a course; one without a name is called by its code.
func importCourse(ctx context.Context, r *op.Runner, v map[string]string) error {
	_, err := contracts.AddCourse.Run(ctx, r, contracts.CourseInput{Code: v["code"], NameZH: cmp.Or(v["name_zh"], v["code"]), NameEN: v["name_en"]})
	return err
}

// importStaff enters a staff member, one without a code under the name, and, where the row names a role, the position.
func importStaff(ctx context.Context, r *op.Runner, v map[string]string) error {
	dir := r.Org.(*organization.Directory)
	pos := organization.PositionInput{Role: roleOf(dir, v["role"])}
	if v["role"] != "" && pos.Role == "" {
		return problem.Refuse("ORG-2", "invalid", problem.Field{Location: "role", Code: "unknown", Value: v["role"]})
	}
	if v["center"] != "" {
		c, ok := dir.CenterByCode(v["center"])
		if !ok {
			return problem.Refuse("ORG-2", "invalid", problem.Field{Location: "center", Code: "unknown", Value: v["center"]})
		}
		pos.CenterID = c.ID
	}
	if v["from"] != "" {
		d, err := day(v["from"])
		if err != nil {
			return problem.Refuse("ORG-2", "invalid", problem.Field{Location: "from", Code: "bad-date", Value: v["from"]})
		}
		pos.From = d
	}
	s, err := organization.AddStaff.Run(ctx, r, organization.StaffInput{Code: cmp.Or(v["code"], v["name"]), Name: v["name"], Phone: v["phone"], Email: v["email"]})
	if err != nil || pos.Role == "" {
		return err
	}
	pos.StaffID = s.ID
	_, err = organization.GivePosition.Run(ctx, r, pos)
	return err
}

// roleOf finds a role by its code or one of the words of words.csv.
func roleOf(dir *organization.Directory, text string) string {
	if r, ok := dir.Role(strings.ToLower(text)); ok {
		return r.Code
	}
	return words()["role"][strings.ToLower(text)]
}

func importPackage(ctx context.Context, r *op.Runner, v map[string]string, courses map[string]id.ID) error {
	var bad problem.Invalid
	in := contracts.PackageInput{Code: v["code"], NameZH: cmp.Or(v["name_zh"], v["code"]), NameEN: v["name_en"], CourseID: courses[fold(cmp.Or(v["course"], v["code"]))]}
	if in.CourseID.IsNone() {
		bad.Add("course", "unknown", cmp.Or(v["course"], v["code"]))
	}
	number := func(field string) int64 {
		if v[field] == "" {
			return 0
		}
		n, err := strconv.ParseFloat(width.Fold.String(v[field]), 64)
		if err != nil || n < 0 || n > 100_000 {
			bad.Add(field, "bad-number", v[field])
		}
		return int64(n*100 + 0.5)
	}
	in.Hours, in.Gift, in.ValidityDays = hours.Centi(number("hours")), hours.Centi(number("gift")), number("validity_days")/100
	var err error
	if in.Price, err = money.Parse(width.Fold.String(v["price"])); err != nil {
		bad.Add("price", "bad-amount", v["price"])
	}
	if err := bad.Err("CON-1"); err != nil {
		return err
	}
	_, err = contracts.AddPackage.Run(ctx, r, in)
	return err
}
