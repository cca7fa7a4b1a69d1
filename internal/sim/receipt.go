package sim

import (
	"bytes"
	"context"
	"fmt"

	"zhike/internal/kernel/attach"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/pdf"
)

// receipt hands in the receipt of a cost, as a supplier would send it.
func (a *agenda) receipt(ctx context.Context, no, what string, amount money.Fen) (attach.File, error) {
	d, err := pdf.New(pdf.Options{Title: no, Lang: "zh-CN", Created: a.minute(0)})
	if err != nil {
		return attach.File{}, fmt.Errorf("write receipt: %w", err)
	}
	d.Heading(1, "收据 "+no)
	d.Facts([]pdf.Fact{{Name: "项目", Value: what}, {Name: "金额", Value: amount.String()}, {Name: "日期", Value: a.day.String()}})
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		return attach.File{}, fmt.Errorf("write receipt: %w", err)
	}
	return attach.Receive(ctx, a.l.run, no+".pdf", &b)
}
