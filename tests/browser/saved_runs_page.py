"""What tests of saved runs do with the page."""

from typing import Any

from playwright.sync_api import Page
from website import Website

#: Sixty short iterations of two ranks, saved as often as they can be.
RUN = {
    "env": "HalfCheetah-v5",
    "num_envs": 16,
    "num_steps": 64,
    # Few collectives: they are slow on busy machines.
    "num_minibatches": 2,
    "update_epochs": 2,
    "ranks": 2,
    "seed": 1,
    "total_steps": 16 * 64 * 60,
    "eval_every": 8192,
    "eval_episodes": 2,
    "autosave_seconds": 0.2,
}
KEEPER = "document.querySelector('websim-app').store.keeper"


def wait_offer(website: Website) -> str:
    """The sentence of the offer to go on, once there is one."""
    website.wait(f"{KEEPER}.offer !== null", 20)
    return website.page.locator("websim-saved-run p").inner_text()


def wait_saved(website: Website, iteration: int, seconds: float = 30) -> None:
    """Until the page's run is saved at `iteration` or later."""
    website.wait(f"({KEEPER}.saver?.last?.globalStep ?? 0) >= {iteration} * 1024", seconds)


def reload(website: Website) -> None:
    website.page.reload()
    website.page.evaluate("websim.ready")


def go_on(website: Website) -> None:
    """Take the offer."""
    wait_offer(website)
    website.button("Go on").click()
    website.wait("websim.run !== null && websim.run.state !== 'ended'", 30)


def without_times(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Metrics but for those of the clock."""
    return [{k: v for k, v in m.items() if not k.startswith("time/") and k != "charts/SPS"} for m in history]


def change_newest_save(page: Page, file: str) -> str:
    """Flips a byte in the middle of a file of the newest save; the slot."""
    return page.evaluate(
        """async (file) => {
            const [{ id }] = await websim.savedRuns();
            let folder = await navigator.storage.getDirectory();
            for (const name of ['runs', id, 'saves']) folder = await folder.getDirectoryHandle(name);
            const read = async (slot, name) => {
                const inside = await folder.getDirectoryHandle(slot);
                return (await (await inside.getFileHandle(name)).getFile()).arrayBuffer();
            };
            const number = async (slot) => {
                const text = new TextDecoder().decode(await read(slot, 'manifest.json'));
                return JSON.parse(text.split('\\n')[0]).number;
            };
            const slot = (await number('a')) > (await number('b')) ? 'a' : 'b';
            const bytes = new Uint8Array(await read(slot, file));
            bytes[bytes.length >> 1] ^= 1;
            const handle = await (await folder.getDirectoryHandle(slot)).getFileHandle(file);
            const writable = await handle.createWritable();
            await writable.write(bytes);
            await writable.close();
            return slot;
        }""",
        file,
    )
