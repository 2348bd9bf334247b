// The texts that cannot be read on the picture of the page, whatever the styles say: of each the pixels are looked at, those behind it
// and those that differ most from them. Runs in the page, on a screenshot of the window at `scale` pixels for one.

async function unreadable(data, scale) {
  const picture = new Image();
  picture.src = `data:image/png;base64,${data}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  paint.drawImage(picture, 0, 0);

  const shares = Array.from({ length: 256 }, (_, part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = (red, green, blue) => 0.2126 * shares[red] + 0.7152 * shares[green] + 0.0722 * shares[blue];

  /** The contrast of what stands most in a rectangle with what differs most from it in some pixels. */
  function contrast(box) {
    // Without its edge: what a round field of colour leaves free in the corners is not behind the text.
    const [inset, above] = [Math.min(3, box.width / 6), box.height / 6];
    const [left, top, width, height] = [box.left + inset, box.top + above, box.width - 2 * inset, box.height - 2 * above];
    const { data: pixels } = paint.getImageData(left * scale, top * scale, Math.max(1, width * scale), Math.max(1, height * scale));
    const counts = new Map();
    for (let at = 0; at < pixels.length; at += 4) {
      const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    const [[behind]] = [...counts].sort((a, b) => b[1] - a[1]);
    const lightOf = (colour) => luminance(colour >> 16, (colour >> 8) & 255, colour & 255);
    const base = lightOf(behind);
    let most = 1;
    for (const [colour, count] of counts) {
      if (count < scale) continue;
      const light = lightOf(colour);
      most = Math.max(most, (Math.max(light, base) + 0.05) / (Math.min(light, base) + 0.05));
    }
    return most;
  }

  /** Whether a point of an element lies beyond the edge of a part that scrolls, or is cut off otherwise. */
  function isCutOff(node, x, y) {
    for (let part = node; part; part = part.parentElement) {
      if (getComputedStyle(part).overflow === "visible") continue;
      const edge = part.getBoundingClientRect();
      if (x < edge.left || x > edge.right || y < edge.top || y > edge.bottom) return true;
    }
    return false;
  }

  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (node.closest(":disabled, [aria-disabled='true'], .aside, script, style, option")) continue;
    range.selectNodeContents(text);
    const box = range.getClientRects()[0];
    if (!box || box.width < 4 || box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) continue;
    // What something else lies over is not seen, and what is cut off is not judged.
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const over = document.elementFromPoint(x, y);
    if (isCutOff(node, x, y) || !over || !(over === node || node.contains(over) || over.contains(node))) continue;
    const size = parseFloat(getComputedStyle(node).fontSize);
    const ratio = contrast(box);
    // A thin stroke is mixed with what is behind it, so the picture shows a little less than the colours say.
    if (ratio < (size >= 24 ? 2.8 : 4.2)) poor.push(`${ratio.toFixed(2)} ${node.tagName}.${node.className} "${text.data.trim().slice(0, 40)}"`);
  }
  return poor;
}
