package insight

import (
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
)

// matter is what the dimensions of a record are taken from.
type matter struct {
	center, consultant, channel, campaign, course id.ID
	kind                                          string // of the enquiry or contract
}

// dimensions gives the rows of records (INS-2). A region is that to which the center belongs now.
type dimensions struct{ org *organization.Directory }

func dimensionsOf(tx *op.Tx) dimensions { return dimensions{organization.Of(tx)} }

// region is the region of a center, if any.
func (d dimensions) region(center id.ID) id.ID {
	c, _ := d.org.Center(center)
	return c.Region
}

// row is the row of a record of a day.
func (d dimensions) row(by string, m matter, day bizdate.Date) string {
	switch by {
	case "center":
		return named(m.center)
	case "region":
		return named(d.region(m.center))
	case "consultant":
		return named(m.consultant)
	case "channel":
		return named(m.channel)
	case "campaign":
		return named(m.campaign)
	case "course":
		return named(m.course)
	case "kind":
		return m.kind
	case "month":
		return day.MonthStart().String()
	}
	return day.String()
}

// matter gives what the dimensions of a journey are taken from.
func (j journey) matter() matter {
	return matter{j.center, j.consultant, j.channel, j.campaign, j.course, j.kind}
}
