package bench

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// floor is the bare program that lies beside the repository: net/http and SQL, without rights, rules or pages. It is asked for
// the same work, on data of the same size and shape.
type floor struct {
	*bench
	dir     string // of its programs and data
	srv     *server
	people  []floorPerson
	numbers atomic.Int64 // of new people
	before  map[string]int64
	created int64
	moved   int64
}

// floorPerson is what its driver needs of a contact.
type floorPerson struct {
	id, center int
	owner      string
	person
}

// The words of the floor's data, and the month that its data end with.
var (
	floorStages = []string{"new", "contacted", "invited", "visited", "quoted", "signed"}
	floorBase   = time.Date(2026, 6, 30, 23, 59, 59, 0, time.UTC)
)

const (
	floorMonth = 202606
	floorFirst = 202307 // 36 months, of which its data fill 24
	floorRows  = 2000   // of one request of an import
)

// buildFloor builds its programs, makes its data and seeds its database, where the work folder has them not yet.
func (b *bench) buildFloor(ctx context.Context) (*floor, error) {
	f := &floor{bench: b, dir: filepath.Join(b.Work, "floor-"+b.Scale)}
	source, err := filepath.Abs(b.Floor)
	if err != nil {
		return nil, fmt.Errorf("find the floor: %w", err)
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make work folder: %w", err)
	}
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return nil, fmt.Errorf("find work folder: %w", err)
	}
	f.dir = dir
	parent := filepath.Dir(source)
	build := []string{"go", "build", "-o", dir + string(filepath.Separator), "./" + filepath.Base(source), "./gen"}
	if err := run(ctx, parent, build...); err != nil {
		return nil, err
	}
	if _, err := os.Stat(f.path("ready")); errors.Is(err, os.ErrNotExist) {
		b.say("seeding the floor")
		for _, command := range [][]string{{f.path("gen"), "-scale", b.Scale, "-out", f.path("data")}, {f.path("floor"), "-seed", f.path("data"), "-db", f.path("seed.db")}} {
			if err := run(ctx, dir, command...); err != nil {
				return nil, err
			}
		}
		if err := os.WriteFile(f.path("ready"), nil, 0o600); err != nil {
			return nil, fmt.Errorf("note that the floor is seeded: %w", err)
		}
	}
	if err := f.readPeople(); err != nil {
		return nil, err
	}
	if b.report.FloorBytes, err = sizeOf(f.path("seed.db")); err != nil {
		return nil, err
	}
	return f, copyFile(f.path("seed.db"), f.path("run.db"))
}

func (f *floor) path(name string) string { return filepath.Join(f.dir, name) }

// run runs a command to its end.
func run(ctx context.Context, dir string, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the go command, and what it built
	cmd.Dir, cmd.WaitDelay = dir, endTime
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(command[:2], " "), err, bytes.TrimSpace(out))
	}
	return nil
}

func (f *floor) readPeople() error {
	file, err := os.Open(filepath.Join(f.dir, "data", "contacts.csv"))
	if err != nil {
		return fmt.Errorf("read the floor's people: %w", err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	if _, err := r.Read(); err != nil {
		return fmt.Errorf("read the floor's people: %w", err)
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || len(row) < 7 {
			return fmt.Errorf("read the floor's people: %w", errors.Join(err))
		}
		p := floorPerson{owner: row[2], person: person{name: row[3], pinyin: row[4], initials: row[5], phone: row[6]}}
		p.id, _ = strconv.Atoi(row[0])
		p.center, _ = strconv.Atoi(row[1])
		f.people = append(f.people, p)
	}
}

func (f *floor) name() string                 { return "floor" }
func (f *floor) process() *server             { return f.srv }
func (f *floor) login(string) (string, error) { return "Authorization: Bearer floor\r\n", nil }

// can tells whether it offers the work: it has no pages, segments or work lists.
func (f *floor) can(scenario string) bool {
	return !slices.Contains([]string{"person-page", "segment", "work", "work-page"}, scenario)
}

// profile writes nothing: the floor is not ours to make faster.
func (f *floor) profile(context.Context, string, time.Duration) error { return nil }

func (f *floor) start(ctx context.Context) (time.Duration, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return 0, err
	}
	began := f.clock.Now()
	command := []string{f.path("floor"), "-db", f.path("run.db"), "-addr", addr, "-for", Longest.String()}
	f.srv, err = startServer(ctx, command, addr, f.path("serve.log"), func() bool {
		_, err := f.get(addr, "/contact?id=1")
		return err == nil
	})
	took := f.clock.Now().Sub(began)
	if err == nil && f.before == nil {
		f.before, err = f.stats("/stats")
	}
	return took, err
}

func (f *floor) stop() error {
	err := f.srv.stop()
	f.srv = nil
	return err
}

func (f *floor) get(addr, path string) ([]byte, error) {
	header, _ := f.login("")
	c, err := dial(addr, header)
	if err != nil {
		return nil, err
	}
	defer c.close()
	_, body, err := c.do(request{method: http.MethodGet, path: path}, f.clock.Now())
	return body, err
}

// stats reads an answer of one row of numbers.
func (f *floor) stats(path string) (map[string]int64, error) {
	body, err := f.get(f.srv.addr, path)
	if err != nil {
		return nil, err
	}
	var out struct{ Stats []map[string]int64 }
	if err := json.Unmarshal(body, &out); err != nil || len(out.Stats) != 1 {
		return nil, fmt.Errorf("read %s: %w", path, errors.Join(errors.New("one row expected"), err))
	}
	return out.Stats[0], nil
}

func (f *floor) ask(r *rand.Rand, scenario string) []request {
	p := of(r, f.people)
	get := func(format string, args ...any) []request {
		return []request{{method: http.MethodGet, path: fmt.Sprintf(format, args...)}}
	}
	switch scenario {
	case "person":
		return get("/contact?id=%d", p.id)
	case "list":
		return get("/list?center=%d&stage=%s", p.center, of(r, floorStages))
	case "search":
		return get("/search?q=%s", url.QueryEscape(typed(r, p.person)))
	case "report":
		return get("/dashboard?center=%d&month=%d", p.center, floorMonth)
	case "funnel", "steps", "months": // its sums by center, month and metric: it has no cohorts
		return get("/cube?from=%d&to=%d", floorFirst, floorMonth)
	case "move":
		return post("/move", map[string]any{"enquiry": p.id, "stage": of(r, floorStages), "owner": 1, "at": floorBase.Unix() - r.Int64N(86400)})
	case "create":
		n := f.words.person(f.Seed, firstCreated+int(f.numbers.Add(1)))
		return post("/create", map[string]any{
			"center": p.center, "owner": 1, "name": n.name, "pinyin": n.pinyin, "initials": n.initials, "phone": n.phone, "email": n.email,
			"district": n.district, "birth": n.birth, "channel": "web", "course": "kids", "amount": 1_000_000, "at": floorBase.Unix() - r.Int64N(86400),
		})
	}
	return nil
}

func (f *floor) made([][]byte) (string, error) { return "", nil }

func (f *floor) acked(scenario string, records []string) {
	switch scenario {
	case "create":
		f.created += int64(len(records))
	case "move":
		f.moved += int64(len(records))
	}
}

// imports sends a list of the length of ours to its bulk insert, which checks nothing.
func (f *floor) imports(ctx context.Context, round int) (Cell, error) {
	rows := Scales[f.Scale].ImportRows
	header, err := f.login(importing)
	if err != nil {
		return Cell{}, err
	}
	c, err := dial(f.srv.addr, header)
	if err != nil {
		return Cell{}, err
	}
	defer c.close()
	var parts [][]byte
	for from := 0; from < rows; from += floorRows {
		var b bytes.Buffer
		for i := from; i < min(from+floorRows, rows); i++ {
			p := f.words.person(f.Seed, firstImported+round*rows+i)
			fmt.Fprintf(&b, "%d,1,%s,%s,%s,%s,%s,%s,%s,web,kids,1000000,%d\n", 1+i%f.scale().Centers, p.name, p.pinyin, p.initials, p.phone, p.email, p.district, p.birth, floorBase.Unix())
		}
		parts = append(parts, b.Bytes())
	}
	used, began := f.srv.usage(), f.clock.Now()
	for _, body := range parts {
		if err := ctx.Err(); err != nil {
			return Cell{}, err
		}
		if _, _, err := c.do(request{method: http.MethodPost, path: "/import", kind: "text/csv", body: body}, f.clock.Now()); err != nil {
			return Cell{}, err
		}
	}
	took, used := f.clock.Now().Sub(began), f.srv.usage()-used
	f.created += int64(rows)
	return Cell{PerSec: float64(rows) / took.Seconds(), P50: ms(took), CPU: float64(used.Microseconds()) / float64(rows), Peak: f.srv.peak()}, nil
}

func (f *floor) scale() Scale { return Scales[f.Scale] }

func (f *floor) verify(context.Context) error {
	after, err := f.stats("/stats")
	if err != nil {
		return err
	}
	if after["contacts"]-f.before["contacts"] != f.created || after["activities"]-f.before["activities"] != f.moved {
		return fmt.Errorf("acknowledged %d contacts and %d moves; before %v, after %v", f.created, f.moved, f.before, after)
	}
	wrong, err := f.stats("/recount")
	if err != nil {
		return err
	}
	if n := wrong["wrong"]; n != 0 {
		return fmt.Errorf("%d roll-ups differ from a recount", n)
	}
	return nil
}

// HasFloor tells whether a folder holds the floor's source.
func HasFloor(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	return err == nil && slices.ContainsFunc(files, func(f string) bool { return filepath.Base(f) == "main.go" })
}
