# A repository made, cloned in three ways, worked on and pushed to.
set -eu
git config --global user.name tester
git config --global user.email tester@example.org
git config --global init.defaultBranch main
git config --global protocol.file.allow always

git init -q origin
cd origin
for n in first second third; do
  seq 1000 | sed "s/^/$n /" >"$n.txt"
  git add "$n.txt"
  git commit -q -m "$n"
done
git gc -q
cd ..

git clone -q origin linked
git clone -q "file://$PWD/origin" sent
git clone -q --depth 1 "file://$PWD/origin" shallow
git -C linked log --stat --format='%H %an %s'
git -C sent fsck --full
git -C shallow log --format=%s
cd sent
git checkout -q -b topic
echo changed >>first.txt
git add first.txt
git commit -q -m fourth
git push -q origin topic
git diff --stat main topic
git grep -c 'third 7'
cd ../origin
git merge -q topic
git log --oneline --graph
git status --short
git archive HEAD | tar t
