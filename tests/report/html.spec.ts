import assert from "node:assert/strict";
import * as fc from "fast-check";
import { html, trusted } from "../../report/html";

describe("html", () => {
  it("escapes what is put in, in text and in attributes", () => {
    const hostile = `</script><img src=x onerror="alert('1')">&\``;
    const { text } = html`<p title="${hostile}">${hostile}</p>`;
    const escaped = "&#60;/script&#62;&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;&#96;";
    assert.equal(text, `<p title="${escaped}">${escaped}</p>`);
  });

  it("takes markup, lists and numbers as they are, and nothing for what is absent", () => {
    const items = [1, 2].map((each) => html`<li>${each}</li>`);
    const { text } = html`<b>${items}${undefined}${false}${trusted("<hr>")}</b>`;
    assert.equal(text, "<b><li>1</li><li>2</li><hr></b>");
  });

  it("replaces controls and what turns the direction of text, but for tabs and line ends", () => {
    assert.equal(
      html`${"a\u202eb\u0000c\u001bd\u2066e\ud800f\tg\nh"}`.text,
      "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\tg\nh",
    );
  });

  it("lets no markup through, whatever is put in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(html`${text}`.text, /[<>"'`]|&(?!#\d+;)/);
      }),
    );
  });
});
