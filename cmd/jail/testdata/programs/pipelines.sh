# What shells are for: pipes, jobs, traps, substitutions.
set -u
[ "$PPID" -gt 0 ] && echo "has a parent"

seq 20000 | sort -rn | awk '{ print $1 % 7 }' | sort | uniq -c
seq 100000 | head -n 1
yes | head -n 100000 | wc -l
echo "pipe status ${PIPESTATUS[*]}"
diff <(seq 1 10) <(seq 1 2 10)
echo "diff $?"
tee >(wc -c >count) >/dev/null < <(seq 1000)
until [ -s count ]; do :; done
cat count

for i in 1 2 3 4 5; do (exit "$i") & jobs_[i]=$!; done
for i in 1 2 3 4 5; do wait "${jobs_[i]}"; echo "job $i: $?"; done
sleep 100 &
kill "$!"
wait "$!"
echo "killed job $?"

trap 'echo caught USR1' USR1
kill -USR1 $$
(trap 'echo subshell ends; exit 9' TERM; kill -TERM "$BASHPID"; echo not reached)
echo "subshell $?"
timeout 0.1 sleep 100
echo "timeout $?"

set -m
{ sleep 100 | cat & } 2>/dev/null
{ kill %1; wait "$!"; } 2>/dev/null
echo "killed pipeline $?"
set +m

coproc cat
echo through the coprocess >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
echo "$line"
exec {COPROC[1]}>&-
wait
mkfifo never
exec {never}<>never
read -r -t 0.05 line <&"$never" || echo "read timed out: $(($? > 128))"

find / -maxdepth 1 -name 'us*' -print0 | xargs -0 -n 1 basename
find /etc/passwd -exec sh -c 'echo "$(id -u | wc -l) $0"' {} \;
mkfifo pipe && { echo by name >pipe & cat pipe; }
ulimit -n 64 && ulimit -n
(umask 077; touch private; stat -c %a private)
cd / && pwd && /nonexistent/program
echo "not found $?"
trap 'echo bye; echo "status 42"' EXIT
exit 42
