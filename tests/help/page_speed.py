"""How soon the page is there, and a changed number a new picture: python tests/help/page_speed.py

Measured in Debian's Chromium: from the command until the first picture is shown, three times after
one to warm up; and from a number typed into the kernel until the picture of 512 × 512 is another,
30 times. Prints the medians.
"""

from statistics import median
from time import perf_counter

from browser import CHROMIUM, FLAGS, Visit, served

STARTS, CHANGES = 3, 30
WATCH = """() => new Promise(done => {
    const image = document.querySelector('#filter-picture img.after'), before = image.src;
    const field = document.querySelectorAll('#taps input')[4], start = performance.now();
    field.value = String(Number(field.value) + 1);
    for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, {bubbles: true}));
    const look = () => {
        const now = document.querySelector('#filter-picture img.after');
        if (now && now.src !== before && now.complete) done(performance.now() - start);
        else requestAnimationFrame(look);
    };
    look();
})"""


def main():
    from playwright.sync_api import sync_playwright

    ready = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for _ in range(1 + STARTS):
            start = perf_counter()
            with served() as (_, address):
                listening = perf_counter() - start
                visit = Visit(browser, address)
                visit.see()
                ready.append((perf_counter() - start, listening))
                visit.page.wait_for_function("window.wasOpened")
                changes = [visit.page.evaluate(WATCH) for _ in range(CHANGES)]
                visit.close()
        browser.close()
    first, *warm = ready
    print(f"page ready: first {first[0]:.1f} s; then {median(warm)[0]:.1f} s, {STARTS} starts")
    print(f"of that until it listens: {median(each[1] for each in warm):.1f} s")
    print(f"changed number to new picture: {median(changes):.0f} ms, {CHANGES} changes")


if __name__ == "__main__":
    main()
