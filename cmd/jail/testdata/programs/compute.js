// The event loop, its thread pool, a worker, a child.
const { Worker, isMainThread, parentPort } = require('worker_threads');
const { execFileSync, spawn } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const zlib = require('zlib');

const fib = n => (n < 2 ? n : fib(n - 1) + fib(n - 2));

if (!isMainThread) {
  parentPort.postMessage(fib(30));
} else {
  main();
}

async function main() {
  console.log('worker', await new Promise((resolve, reject) => {
    new Worker(__filename).on('message', resolve).on('error', reject);
  }));
  const keys = await Promise.all([1, 2, 3, 4].map(n => new Promise((resolve, reject) =>
    crypto.scrypt('password', 'salt' + n, 32, (err, key) => (err ? reject(err) : resolve(key.toString('hex')))))));
  console.log(keys.join('\n'));
  console.log(execFileSync('tr', ['a-z', 'A-Z'], { input: 'shout' }).toString());
  const child = spawn('sh', ['-c', 'echo out; echo err >&2; exit 7']);
  child.stdout.on('data', d => process.stdout.write(d));
  console.log('child', await new Promise(resolve => child.on('close', resolve)));
  await fs.promises.writeFile('file', 'x'.repeat(100000));
  const read = await fs.promises.readFile('file');
  console.log(zlib.gunzipSync(zlib.gzipSync(read)).equals(read), (await fs.promises.stat('file')).size);
  await fs.promises.open('/nonexistent').catch(e => console.log(e.code));
  process.once('SIGUSR2', () => console.log('signal'));
  process.kill(process.pid, 'SIGUSR2');
  setTimeout(() => process.exit(0), 20);
}
