#!/usr/bin/env bash
# `pip install .` in a fresh environment, as a user would, and one alert from what it installed.
#   pip_install.sh python SOURCE WORK       exits with 77 (skipped) where no package index can be reached
set -euo pipefail
python=$1 source=$2 work=$3

rm -rf "$work/venv" "$work/download"
"$python" -m venv "$work/venv"
if ! "$work/venv/bin/pip" download --quiet --no-deps --dest "$work/download" scikit-build-core; then
  echo "skipped: the package index cannot be reached"
  exit 77
fi
"$work/venv/bin/pip" install --quiet "$source"
cd "$work" # away from the sources, so that what was installed is imported
"$work/venv/bin/python" - "$source/tests/embed/consumer/rules.yaml" >"$work/pip_output.txt" <<'PYTHON'
import sys
import tocsin

engine = tocsin.Engine(sys.argv[1])
for amount in (450, 162.5):
    engine.ingest({"type": "refund", "time": "2020-09-13T12:26:40Z", "country": "France", "amount": amount})
for alert in engine.poll_alerts():
    print(f"{alert.rule}: {alert.summary}")
print(f"refunds_24h = {engine.value('refunds_24h', country='France'):g}")
PYTHON
diff "$work/pip_output.txt" "$source/tests/embed/consumer/expected.txt"
echo "installed by pip, and fine"
