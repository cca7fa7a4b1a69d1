//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/testkit"
)

func TestZZ(t *testing.T) {
	u := &user{site: site{base: "http://127.0.0.1:8131"}, t: t, tab: testkit.Browser(t)}
	testkit.Act(u.tab, t, chromedp.Navigate(u.base+"/assets/none"))
	u.send("/sign-in", "login="+os.Getenv("ZLOGIN")+"&password="+os.Getenv("ZPASS"))
	u.send("/preferences", "lang="+os.Getenv("ZLANG"))
	for i, path := range []string{"/enquiries?as=board", "/enquiries?as=calendar", "/enquiries?as=calendar&span=month", "/enquiries?as=calendar&span=day"} {
		for _, w := range []int64{1440, 390} {
			testkit.Viewport(u.tab, w, 900)
			testkit.Act(u.tab, t, chromedp.Navigate(u.base+path))
			fmt.Println(path, w, u.read("String(document.documentElement.scrollWidth)+' '+location.pathname"))
			for _, v := range testkit.Axe(u.tab, t) {
				fmt.Println("AXE", v)
			}
			testkit.Screenshot(u.tab, fmt.Sprintf("/tmp/h/3/shots/%s-%d-%d.png", os.Getenv("ZLANG"), i, w))
		}
	}
}
