package sim

import (
	"slices"
	"time"

	"zhike/internal/kernel/bizdate"
)

// Stories are the lives that can be lived. Each later department adds its own causes.
var Stories = []string{"calm", "case", "channel-dries-up", "slow-first-contact", "no-show-wave", "seasonality"}

// channelMix is where leads come from and how well they go on: the share of leads, and the chances that a contacted lead is
// invited, that an invited one comes, that a visitor signs.
var channelMix = []struct {
	code                         string
	share, invite, show, signing float64
}{
	{"web", 0.40, 0.42, 0.66, 0.34},
	{"phone", 0.14, 0.55, 0.74, 0.42},
	{"street", 0.14, 0.28, 0.52, 0.24},
	{"event", 0.10, 0.38, 0.62, 0.30},
	{"referral", 0.12, 0.64, 0.84, 0.58},
	{"walk-in", 0.10, 1, 1, 0.38},
}

// usualLeads is the number of leads a month of a center at its usual pace.
const usualLeads = 60

// season is how busy a month is: summer and the weeks before the terms are the strong ones.
var season = [12]float64{0.85, 0.70, 1.05, 1.00, 1.00, 1.15, 1.30, 1.25, 1.10, 0.95, 0.90, 0.75}

// weekday is how busy a day of the week is.
var weekday = [7]float64{1.35, 0.75, 0.80, 0.85, 0.90, 1.00, 1.35}

// plant notes the causes that the story plants, in the middle of the life.
func (l *Life) plant() {
	mid := l.Start() + (l.Until-l.Start())*2/3
	plant := func(c Cause) {
		c.From, c.To = mid, l.Until
		l.causes = append(l.causes, c)
	}
	l.causes = nil
	switch l.Story {
	case "case":
		// Without the brand the invited visitors of a month fell from 238 to 83 (the reference scenario).
		plant(Cause{Cause: "brand lost", Metric: "leads", Dimension: "channel", Value: "web", Link: "lead", Effect: 83.0 / 238})
		plant(Cause{Cause: "brand lost", Metric: "leads", Dimension: "channel", Value: "phone", Link: "lead", Effect: 83.0 / 238})
	case "channel-dries-up":
		plant(Cause{Cause: "channel dries up", Metric: "leads", Dimension: "channel", Value: "web", Link: "lead", Effect: 0.3})
	case "slow-first-contact":
		plant(Cause{Cause: "slow first contact", Metric: "appointments", Dimension: "center", Value: places[0][0], Link: "appointment", Effect: 0.5})
	case "no-show-wave":
		plant(Cause{Cause: "no-show wave", Metric: "show_rate", Dimension: "center", Value: places[0][0], Link: "visit", Effect: 0.5})
	}
}

// factor is what the planted causes do to a link of a channel at a center on a day.
func (l *Life) factor(link, channel, center string, day bizdate.Date) float64 {
	f := 1.0
	for _, c := range l.causes {
		hit := c.Dimension == "channel" && c.Value == channel || c.Dimension == "center" && c.Value == center
		if c.Link == link && hit && day >= c.From && day <= c.To {
			f *= c.Effect
		}
	}
	return f
}

// leads is the expected number of leads of a center on a day by a channel.
func (l *Life) leads(channel int, center string, day bizdate.Date) float64 {
	per := l.LeadsPerMonth
	if per == 0 {
		per = usualLeads
	}
	month := season[day.UTC().Month()-time.January]
	if l.Story == "calm" {
		month = 1
	}
	c := channelMix[channel]
	return float64(per) / 30.4 * c.share * month * weekday[day.Weekday()] * l.factor("lead", c.code, center, day)
}

func mix(code string) (invite, show, signing float64) {
	i := slices.IndexFunc(channelMix, func(c struct {
		code                         string
		share, invite, show, signing float64
	},
	) bool {
		return c.code == code
	})
	if i < 0 {
		return 0.4, 0.65, 0.35
	}
	return channelMix[i].invite, channelMix[i].show, channelMix[i].signing
}
