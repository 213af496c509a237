"""The page answers while the ranks compute: its main thread is never busy for long."""

from playwright.sync_api import Browser
from website import opened

OBSERVE = """() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) window.longTasks.push(duration);
    }).observe({ type: 'longtask' });
}"""


def test_no_long_task_while_it_trains_with_the_view_on(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        website.load()
        website.start(env="HalfCheetah-v5", num_envs=256, ranks=2, total_steps=10**8)
        website.wait_iterations(2)
        website.page.evaluate(OBSERVE)
        frames = website.page.evaluate("websim.run.frames.head")
        iterations = len(website.page.evaluate("websim.run.history"))
        website.page.wait_for_timeout(6000)
        tasks = website.page.evaluate("longTasks")
        assert website.page.evaluate("websim.run.frames.head") > frames
        assert len(website.page.evaluate("websim.run.history")) > iterations
        # `make bench` reports the strict figure, none over 50 ms; here other programs take the processor too.
        assert sum(duration > 50 for duration in tasks) <= 1, tasks
        assert all(duration <= 100 for duration in tasks), tasks


def test_long_tasks_are_seen(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        website.open("ranks=1")
        website.page.evaluate(OBSERVE)
        website.page.evaluate(
            "setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end); })"
        )
        website.wait("longTasks.some((duration) => duration >= 120)")
