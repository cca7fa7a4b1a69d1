package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"zhike/internal/facts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/condition"
)

// zhike is the program itself, started as `zhike serve` on a copy of the seeded database.
type zhike struct {
	*bench
	dir      string
	srv      *server
	copied   bool
	profiler string // address
	headers  map[string]string
	working  []matter // enquiries that touches are recorded on
	created  atomic.Int64
	records  map[string][]string // acknowledged, by kind of fact
}

func newZhike(b *bench) *zhike {
	return &zhike{bench: b, dir: filepath.Join(b.Work, "run"), working: b.company.open(), records: map[string][]string{}}
}

func (z *zhike) name() string     { return "zhike" }
func (z *zhike) process() *server { return z.srv }
func (z *zhike) can(string) bool  { return true }
func (z *zhike) file() string     { return filepath.Join(z.dir, "zhike.db") }

// copyTo copies the seeded database and its key into a folder.
func (b *bench) copyTo(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for _, name := range []string{"zhike.db", "zhike.key"} {
		if err := copyFile(filepath.Join(filepath.Dir(b.seeded), name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

const signInPath = "/sign-in"

func (z *zhike) start(ctx context.Context) (time.Duration, error) {
	if !z.copied {
		if err := z.copyTo(z.dir); err != nil {
			return 0, err
		}
		z.copied = true
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return 0, err
	}
	command := append(slices.Clone(z.Command), "serve", "--measure", "--db", z.file(), "--addr", addr)
	if z.Profile != "" {
		if z.profiler, err = freeAddr(ctx); err != nil {
			return 0, err
		}
		command = append(command, "--pprof", z.profiler)
	}
	z.headers = map[string]string{}
	began := z.clock.Now()
	z.srv, err = startServer(ctx, command, addr, filepath.Join(z.Work, "serve.log"), func() bool {
		c, err := dial(addr, "")
		if err != nil {
			return false
		}
		defer c.close()
		_, _, err = c.do(request{method: http.MethodGet, path: signInPath}, began)
		return err == nil
	})
	return z.clock.Now().Sub(began), err
}

func (z *zhike) stop() error {
	err := z.srv.stop()
	z.srv = nil
	return err
}

// login signs in at the door that the scenario goes through.
func (z *zhike) login(scenario string) (string, error) {
	door, who := "api", login
	if strings.HasSuffix(scenario, "-page") {
		door = "web"
	}
	if strings.HasPrefix(scenario, "work") {
		who = busy
	}
	if h := z.headers[door+" "+who]; h != "" {
		return h, nil
	}
	header, err := z.signIn(door, who)
	if err == nil {
		z.headers[door+" "+who] = header
	}
	return header, err
}

// signIn gives the header lines of a session at a door.
func (z *zhike) signIn(door, who string) (string, error) {
	c, err := dial(z.srv.addr, "")
	if err != nil {
		return "", err
	}
	defer c.close()
	if door == "web" {
		form := url.Values{"login": {who}, "password": {password}}
		header, _, err := c.do(request{method: http.MethodPost, path: signInPath, kind: "application/x-www-form-urlencoded", body: []byte(form.Encode())}, z.clock.Now())
		if err != nil {
			return "", err
		}
		cookie, _, ok := strings.Cut(header.Get("Set-Cookie"), ";")
		if !ok {
			return "", errors.New("the sign-in page gave no session")
		}
		return "Cookie: " + cookie + "\r\n", nil
	}
	in, err := json.Marshal(map[string]string{"login": who, "password": password})
	if err != nil {
		return "", err
	}
	_, body, err := c.do(request{method: http.MethodPost, path: "/api/v1/sessions", body: in}, z.clock.Now())
	if err != nil {
		return "", err
	}
	var out struct{ Token string }
	if err := json.Unmarshal(body, &out); err != nil || out.Token == "" {
		return "", errors.Join(errors.New("the sign-in gave no token"), err)
	}
	return "Authorization: Bearer " + out.Token + "\r\n", nil
}

// ask follows contract.md, "API".
func (z *zhike) ask(r *rand.Rand, scenario string) []request {
	if list := z.long(scenario); list != nil {
		return list
	}
	m := of(r, z.company.Matters)
	center := of(r, z.company.Centers)
	switch scenario {
	case "person":
		return []request{get("/api/v1/people/%s", m.PersonID), get("/api/v1/people/%s/timeline", m.PersonID)}
	case "person-page":
		return []request{get("/people/%s", m.PersonID)}
	case "list":
		stage := of(r, []string{"new", "contacted", "invited", "visited", "quoted", "signed"})
		return []request{get("/api/v1/enquiries?center_id=%s&stage=%s&sort=-moved&limit=50", center, stage)}
	case "search":
		p := z.words.person(z.Seed, m.Person)
		return []request{get("/api/v1/people?limit=20&q=%s", url.QueryEscape(typed(r, p)))}
	case "report":
		day := z.company.Day - bizdate.Date(r.IntN(28))
		return []request{get("/api/v1/reports/daily-sales?center=%s&from=%s&to=%s", center, day, day)}
	case "segment":
		return post("/api/v1/segments/count", map[string]any{"conditions": segment})
	case "move":
		today := bizdate.Of(z.clock.Now(), time.UTC)
		return post("/api/v1/enquiries/"+of(r, z.working).Enquiry.String()+"/touches", map[string]any{
			"channel": "call", "direction": "out", "result": "discuss", "note": of(r, z.words["notes"]), "next_step": "call-back", "next_day": today + 2,
		})
	case "create":
		p := z.words.person(z.Seed, firstCreated+int(z.created.Add(1)))
		return post("/api/v1/enquiries", map[string]any{
			"center_id": center, "channel_id": of(r, z.company.Sources), "course_id": of(r, z.company.Courses),
			"person": map[string]any{"name": p.name, "gender": p.gender, "birth": p.birth, "district": p.district, "phones": []map[string]string{{"value": p.phone}}},
		})
	}
	return nil
}

func get(format string, args ...any) request {
	return request{method: http.MethodGet, path: fmt.Sprintf(format, args...)}
}

// long are the questions that are always the same: they ask for much.
func (z *zhike) long(scenario string) []request {
	switch scenario {
	case "work":
		return []request{get("/api/v1/work-list?limit=50")}
	case "work-page":
		return []request{get("/work")}
	case "funnel":
		return []request{get("/api/v1/reports/funnel?by=channel&basis=cohort&from=%s&to=%s", z.company.since(), z.company.Day)}
	case "steps":
		return []request{get("/api/v1/reports/funnel?by=channel&basis=step&from=%s&to=%s", z.company.since(), z.company.Day)}
	case "months":
		return []request{get("/api/v1/reports/funnel?by=month&basis=step&from=%s&to=%s", z.company.since(), z.company.Day)}
	}
	return nil
}

// segment is what a live count asks of everybody while a segment is built (MKT-10): two groups within one.
var segment = []condition.Row{
	{Group: condition.All},
	{Depth: 1, Field: "age", Is: condition.AtMost, Values: []string{"12"}},
	{Depth: 1, Field: "last-touch", Is: condition.LongAgo, Values: []string{"30"}},
	{Depth: 1, Group: condition.Any},
	{Depth: 2, Field: "stage", Is: condition.Is, Values: []string{"invited", "visited", "quoted"}},
	{Depth: 2, Field: "visits", Is: condition.AtLeast, Values: []string{"1"}},
	{Depth: 1, Group: condition.None},
	{Depth: 2, Field: "hours-left", Is: condition.AtLeast, Values: []string{"10"}},
	{Depth: 2, Field: "contract-value", Is: condition.AtLeast, Values: []string{"20000"}},
}

func post(path string, in any) []request {
	body, err := json.Marshal(in)
	if err != nil {
		panic(err) // maps of texts and ids
	}
	return []request{{method: http.MethodPost, path: path, body: body}}
}

func (z *zhike) made(bodies [][]byte) (string, error) {
	var out struct{ ID string }
	if err := json.Unmarshal(bodies[0], &out); err != nil || out.ID == "" {
		return "", fmt.Errorf("no id in the answer %.200s", bodies[0])
	}
	return out.ID, nil
}

// factOf names the fact that a piece of work leaves.
var factOf = map[string]string{"create": facts.EnquiryEntered{}.Kind(), "move": facts.TouchRecorded{}.Kind()}

func (z *zhike) acked(scenario string, records []string) {
	z.records[factOf[scenario]] = append(z.records[factOf[scenario]], records...)
}

// profile asks the server for a profile of its processor time.
func (z *zhike) profile(ctx context.Context, scenario string, d time.Duration) error {
	to := filepath.Join(z.Profile, scenario+".pprof")
	from := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", z.profiler, max(1, int(d.Seconds())))
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return fmt.Errorf("ask for profile: %w", err)
	}
	resp, err := http.DefaultClient.Do(ask)
	if err != nil {
		return fmt.Errorf("ask for profile: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("ask for profile: %s", resp.Status)
	}
	return save(to, resp.Body)
}
