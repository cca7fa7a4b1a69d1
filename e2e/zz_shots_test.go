//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhike/internal/testkit"
)

func TestZZ(t *testing.T) {
	base := "http://127.0.0.1:8120"
	tab := testkit.Browser(t)
	login := os.Getenv("ZZ_LOGIN")
	if login == "" {
		login = "marketing"
	}
	send := func(path, body string) {
		testkit.Read(tab, t, chromedp.Evaluate[bool](fmt.Sprintf("fetch(%q,{method:'POST',headers:{'Content-Type':'application/x-www-form-urlencoded'},body:%q}).then(()=>true)", path, body), chromedp.EvalAwaitPromise))
	}
	testkit.Act(tab, t, chromedp.Navigate(base+"/assets/none"))
	send("/sign-in", "login="+login+"@demo.zhike.example&password=zhike-demo")
	send("/preferences", "lang="+os.Getenv("ZZ_LANG"))
	for _, p := range strings.Fields(os.Getenv("ZZ_PATHS")) {
		for _, w := range []int64{1440, 390} {
			_ = testkit.Viewport(tab, w, 900)
			testkit.Act(tab, t, chromedp.Navigate(base+p))
			if js := os.Getenv("ZZ_JS"); js != "" {
				testkit.Read(tab, t, chromedp.Evaluate[bool]("(async()=>{"+js+";return true})()", chromedp.EvalAwaitPromise))
				time.Sleep(time.Second)
			}
			f := fmt.Sprintf("/tmp/h/2/shots/%s%s-%d.png", os.Getenv("ZZ_NAME"), strings.NewReplacer("/", "_", "?", "_").Replace(p), w)
			if err := testkit.Screenshot(tab, f); err != nil {
				t.Fatal(err)
			}
			t.Log(f)
		}
	}
}
