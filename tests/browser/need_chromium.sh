#!/usr/bin/env bash
# Browser tests need a real Chromium: install it by apt where that is allowed, else say what to install.
set -u
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
    echo "Chromium is missing: installing it with apt-get"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq chromium fonts-liberation; } >/dev/null && exit 0
fi
echo "The browser tests need Chromium. Install the package 'chromium' (Debian, Ubuntu: apt install chromium fonts-liberation)" >&2
echo "or put an executable named chromium, chromium-browser or google-chrome on the PATH, then run 'make test' again." >&2
exit 1
