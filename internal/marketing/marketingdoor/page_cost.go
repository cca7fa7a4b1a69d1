package marketingdoor

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/i18n"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
	"zhike/internal/marketing"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// keep keeps a document that came with a form.
func (p pages) keep(ctx context.Context, name string, in io.Reader) (string, error) {
	f, err := attach.Receive(ctx, p.ops, name, in)
	return f.ID.String(), err
}

// loose gives the documents that came with a form that was refused: they need not be handed in again.
func loose(ctx context.Context, tx *op.Tx) (list []web.Kept, err error) {
	var keys []id.ID
	for _, text := range web.TypedValues(ctx, "file_ids") {
		if key, err := id.Parse(text); err == nil {
			keys = append(keys, key)
		}
	}
	files, err := attach.Loose(ctx, tx, keys)
	for _, f := range files {
		list = append(list, web.Kept{Value: f.ID.String(), Name: f.Name})
	}
	return list, err
}

// costView is a cost line with its documents.
type costView struct {
	marketing.CostLine

	Campaign marketing.Campaign
	Files    []attach.File
	Kept     []web.Kept
	By       string
}

func (p pages) getCost(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "campaign-cost")
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !may(ctx, "campaign-cost:read") {
		return problem.Forbidden("campaign-cost:read")
	}
	var v costView
	err = p.ops.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		if v.CostLine, err = marketing.CostLineByID(ctx, tx, key); err != nil {
			return err
		}
		if v.Campaign, err = marketing.CampaignByID(ctx, tx, v.CostLine.Campaign); err != nil {
			return err
		}
		files, err := marketing.FilesOfCosts(ctx, tx, []marketing.CostLine{v.CostLine})
		if err != nil {
			return err
		}
		v.Files = files[key]
		if m, ok := organization.Of(tx).Staff(v.Staff); ok {
			v.By = m.Name
		}
		v.Kept, err = loose(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Shell(web.Page{H1: c(ctx, "cost-title", "document", v.Document), Sub: v.Campaign.Name}, costPage(v)))
}

// open tells whether something can still be done with the line.
func (v costView) open() bool { return v.ReversedBy.IsNone() && v.Reverses.IsNone() }

func (v costView) facts(ctx context.Context) []web.Fact {
	list := []web.Fact{
		{Term: c(ctx, "category"), Value: web.Text(c(ctx, "category-"+v.Category))},
		{Term: c(ctx, "amount-cost"), Value: web.Text(i18n.Money(ctx, v.Amount))},
		{Term: c(ctx, "day"), Value: web.Text(i18n.Date(ctx, v.Day, web.Today(ctx)))},
		{Term: c(ctx, "booked-by"), Value: web.Text(v.By)},
	}
	if v.Note != "" {
		list = append(list, web.Fact{Term: c(ctx, "note"), Value: web.Text(v.Note)})
	}
	if !v.open() {
		list = append(list, web.Fact{Term: c(ctx, "state-of-cost"), Value: v.state(ctx)})
	}
	return list
}

// state links a reversed line with its reversal.
func (v costView) state(ctx context.Context) templ.Component {
	if !v.ReversedBy.IsNone() {
		return web.RecordLink("/campaign-costs/"+v.ReversedBy.String(), c(ctx, "is-reversed"))
	}
	return web.RecordLink("/campaign-costs/"+v.Reverses.String(), c(ctx, "is-reversal"))
}

func (v costView) table(ctx context.Context) web.Table {
	table := web.Table{Caption: c(ctx, "files"), Columns: []web.Column{{Label: c(ctx, "file")}, {Label: c(ctx, "file-size"), Num: true}, {Label: c(ctx, "file-came")}}}
	for _, f := range v.Files {
		table.Rows = append(table.Rows, web.Row{ID: f.ID.String(), Cells: []templ.Component{
			web.RecordLink("/campaign-costs/"+v.ID.String()+"/files/"+f.ID.String(), f.Name),
			web.Text(c(ctx, "kilobytes", "n", strconv.FormatInt((f.Size+1023)/1024, 10))),
			web.Text(i18n.DateTime(ctx, f.Created, web.Zone(ctx), web.Now(ctx))),
		}})
	}
	return table
}

func (p pages) postReverse(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Decode[marketing.ReverseCostInput](r)
	if err == nil {
		in.CostID, err = web.PathID(r, "id", "campaign-cost")
	}
	var to string
	if err == nil {
		err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
			line, err := marketing.CostLineByID(ctx, tx, in.CostID)
			to = "/campaigns/" + line.Campaign.String()
			return err
		})
	}
	if err == nil {
		_, err = marketing.ReverseCost.Run(r.Context(), p.ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getCost)
	}
	return web.Redirect(w, r, to, web.Status{Text: c(r.Context(), "reversed"), Tone: web.Good})
}

func (p pages) postCostFiles(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "campaign-cost")
	if err != nil {
		return err
	}
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		_, err := marketing.CostLineByID(ctx, tx, key) // before a file of nothing is taken
		return err
	})
	if err != nil {
		return err
	}
	r, err = web.Receive(r, p.keep)
	var in marketing.AttachCostFilesInput
	if err == nil {
		in, err = web.Decode[marketing.AttachCostFilesInput](r)
	}
	if err == nil {
		in.CostID = key
		_, err = marketing.AttachCostFiles.Run(r.Context(), p.ops, in)
	}
	if err != nil {
		return web.Again(w, r, err, p.getCost)
	}
	return web.Redirect(w, r, "/campaign-costs/"+key.String(), web.Status{Text: c(r.Context(), "files-put"), Tone: web.Good})
}

// getCostFile sends a document, to be kept and not shown within the program (TRU-20).
func (p pages) getCostFile(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id", "campaign-cost")
	if err != nil {
		return err
	}
	file, err := web.PathID(r, "file", "file")
	if err != nil {
		return err
	}
	if !may(r.Context(), "campaign-cost:read") {
		return problem.Forbidden("campaign-cost:read")
	}
	var f attach.File
	err = p.ops.Read(r.Context(), func(ctx context.Context, tx *op.Tx) error {
		f, err = marketing.FileOfCost(ctx, tx, key, file)
		return err
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
	h.Set("Cache-Control", "no-store")
	return f.Copy(r.Context(), p.ops, w)
}
