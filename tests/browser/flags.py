"""How Chromium is started for tests and measurements: without a window, and without asking the network for anything."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

_LEFT_OUT = (
    "ScriptStreaming",
    # Of what the driver leaves out, whose list this one takes the place of, what a headless Chromium could notice:
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
OFTEN = (f"--disable-features={','.join(_LEFT_OUT)}",)
"""Also for tests, which load the same large script again and again.

Where scripts are streamed, each is parsed anew while it is read; else a process finds one that it has compiled before.
Measurements do without: readers have streaming.
"""
