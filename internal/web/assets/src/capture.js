// The script of a hosted form: proves some work instead of asking people to read pictures. It works in slices, so that the page stays quick, and begins once
// somebody touches the form.
const K = new Uint32Array(64);
const START = new Uint32Array(8);
for (let n = 2, i = 0; i < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
  if (!prime) continue;
  const part = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  if (i < 8) START[i] = part(Math.sqrt(n));
  K[i++] = part(Math.cbrt(n));
}

const words = new Uint32Array(64);

/** The first 32 bits of the SHA-256 (FIPS 180-4) of a text of ASCII letters. */
export function head(text) {
  const blocks = ((text.length + 8) >> 6) + 1;
  const h = Uint32Array.from(START);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < 16; i++) {
      let w = 0;
      for (let j = 0; j < 4; j++) {
        const at = block * 64 + i * 4 + j;
        w = (w << 8) | (at < text.length ? text.charCodeAt(at) : at === text.length ? 0x80 : 0);
      }
      words[i] = w;
    }
    if (block === blocks - 1) words[15] = text.length * 8;
    for (let i = 16; i < 64; i++) {
      const a = words[i - 15], b = words[i - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      words[i] = words[i - 16] + s0 + words[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, k] = h;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      k = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, k].forEach((v, i) => { h[i] += v; });
  }
  return h[0];
}

/** Looks for a number that the challenge asks for, a few milliseconds at a time. */
function prove(challenge, bits, done) {
  let nonce = 0;
  const slice = () => {
    const end = performance.now() + 12;
    while (performance.now() < end) {
      for (let i = 0; i < 64; i++, nonce++) {
        if (head(challenge + "." + nonce) >>> (32 - bits) === 0) return done(String(nonce));
      }
    }
    setTimeout(slice, 0);
  };
  slice();
}

const form = document.querySelector("form[data-capture]");
if (form) {
  let state = "idle", pressed = false;
  const begin = () => {
    if (state !== "idle") return;
    state = "working";
    prove(form.elements.challenge.value, Number(form.dataset.bits), (nonce) => {
      form.elements.nonce.value = nonce;
      state = "done";
      if (pressed) form.requestSubmit();
    });
  };
  form.addEventListener("focusin", begin);
  form.addEventListener("input", begin);
  form.addEventListener("submit", (event) => {
    if (state === "done") return;
    event.preventDefault(); // sent as soon as the proof is there
    pressed = true;
    form.querySelector("[data-wait]").hidden = false;
    begin();
  });
}
document.documentElement.classList.add("js");
