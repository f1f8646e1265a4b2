# Pack, list, compare, unpack.
set -eu
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -czf tree.tar.gz tree
tar tzf tree.tar.gz | wc -l
mkdir out
tar xzf tree.tar.gz -C out
diff -r tree out/tree && echo same
gzip -9 <tree.tar.gz | gzip -d | cmp - tree.tar.gz
find tree -type f -print0 | sort -z | xargs -0 -P 2 -n 10 cksum | sort | cksum
find tree -name '*7.txt' -exec cp -p {} out \; -exec chmod 600 {} +
cp -a tree copy
ln copy/link hard
mv copy/3 moved
touch -d @1700000000 moved
ls -R out | sort | tail -n 5
rm -r copy
du -s --apparent-size --block-size=1 out/tree/0/0 >/dev/null
