'use strict';

(() => {
  const SECONDS_SHOWN = 120;
  const SILENCE_MILLIS = 5000;
  const MANY = 1000;

  const PROMISES = {
    'full': 'Promise “full”: every accepted message is accounted for, across restarts of the producer too.',
    'full-without-file': 'Promise “full-without-file”: every accepted message is accounted for until the producer restarts. What was published before a restart is not audited after it; waybill.ledger.file names a file that mends this.',
    'demo': 'Promise “demo”: the broker is not RabbitMQ and keeps messages in memory. For looking: nothing is promised.',
    'none': 'Promise “none”: the queue is the plain one of the tutorials, shared with other programs. What has no receipt is unaudited.',
  };

  const BROKERS = {
    connected: 'Broker: connected',
    blocked: 'Broker: blocked, it takes no messages',
    away: 'Broker: no connection, nothing is accepted',
  };

  const element = id => document.getElementById(id);
  const whole = new Intl.NumberFormat('en');
  const text = (id, value) => { if (element(id).textContent !== value) element(id).textContent = value; };

  // --- charts ---

  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    return name => style.getPropertyValue('--' + name).trim();
  };

  class Chart {
    constructor(id, labels) {
      this.box = element(id);
      this.labels = labels;
      this.data = [[], ...labels.map(() => [])];
      this.draw();
      new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.box);
    }

    size() { return { width: this.box.clientWidth, height: 180 }; }

    draw() {
      const colour = colours();
      const axis = { stroke: colour('faint'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line') } };
      if (this.plot) this.plot.destroy();
      this.plot = new uPlot({
        ...this.size(),
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { range: (plot, first, last) => [last - SECONDS_SHOWN, last] },
          y: { range: (plot, low, high) => [0, Math.max(1, high * 1.1)] },
        },
        axes: [
          { ...axis, space: 90, values: (plot, times) => times.map(time => new Date(time * 1000).toLocaleTimeString('en-GB')) },
          { ...axis, size: 60 },
        ],
        series: [{}, ...this.labels.map((label, index) => ({ label, stroke: colour(['one', 'two', 'three'][index]), width: 2, spanGaps: false, points: { show: true, size: 4 } }))],
      }, this.data, this.box);
    }

    interrupt(seconds) { this.add(seconds, this.labels.map(() => null)); }

    add(seconds, values) {
      // Where the producer's clock was set back, these seconds come again.
      while (this.data[0].at(-1) >= seconds) this.data.forEach(list => list.pop());
      this.data[0].push(seconds);
      values.forEach((value, index) => this.data[index + 1].push(value));
      while (this.data[0][0] < seconds - SECONDS_SHOWN) this.data.forEach(list => list.shift());
      this.plot.setData(this.data);
    }
  }

  // --- what the producer tells each second ---

  let before = null;
  let heardAt = -Infinity;
  let restarts = 0;
  let charts = null;

  const rate = (state, count) => {
    const seconds = before && before.run === state.run ? (state.up - before.up) / 1000 : 0;
    return seconds > 0 ? Math.max(0, (state.ledger[count] - before.ledger[count]) / seconds) : null;
  };

  const shown = (value, digits) => value === null ? '–' : value.toLocaleString('en', { maximumFractionDigits: digits });

  function show(state) {
    heardAt = performance.now();
    if (before && before.run === state.run && before.up >= state.up) return;
    if (before && before.run !== state.run) restarts++;
    element('connection').dataset.state = 'connected';
    text('connection', 'Producer: live' + (restarts ? `, started again ${restarts === 1 ? 'once' : restarts + ' times'} since this page was opened` : ''));
    text('instance', state.instance);
    element('broker').dataset.state = state.broker;
    text('broker', BROKERS[state.broker] + (state.brokerProblem ? ` (${state.brokerProblem})` : ''));
    showLedger(state);
    text('promise', PROMISES[state.promise] || `Promise “${state.promise}”.`);
    text('consumers', consumers(state));
    showProblems(state);

    const accepted = rate(state, 'accepted');
    const processed = rate(state, 'processed');
    const latency = state.latency || { p50: null, p95: null, p99: null };
    text('accepted-rate', shown(accepted, 0));
    text('processed-rate', shown(processed, 0));
    for (const name of ['p50', 'p95', 'p99']) text(name, shown(latency[name], 1));
    if (before && (before.run !== state.run || state.up - before.up > SILENCE_MILLIS)) Object.values(charts).forEach(chart => chart.interrupt(before.at / 1000 + 1));
    charts.rates.add(state.at / 1000, [accepted, processed]);
    charts.latencies.add(state.at / 1000, [latency.p50, latency.p95, latency.p99]);
    before = state;
  }

  function showLedger({ ledger }) {
    for (const name of ['accepted', 'recovered', 'resumed', 'processed', 'deadLettered', 'pending', 'lost', 'unaudited']) {
      const field = element(name);
      text(name, whole.format(ledger[name]));
      if (field.dataset.alarm) field.classList.toggle(field.dataset.alarm, ledger[name] > 0);
    }
    document.querySelectorAll('.resumed').forEach(one => { one.hidden = ledger.resumed === 0; });
    const left = ledger.accepted + ledger.recovered + ledger.resumed;
    const right = ledger.processed + ledger.deadLettered + ledger.pending + ledger.lost + ledger.unaudited;
    element('balance').className = left === right ? 'good' : 'bad';
    text('balance', left === right
      ? `It adds up: ${whole.format(left)} = ${whole.format(right)}.`
      : `It does not add up: ${whole.format(left)} and ${whole.format(right)}. This is a defect; please report it.`);
  }

  function consumers({ consumers, pendingAge, auditAge, ledger }) {
    const heard = consumers === 0 ? 'No consumer has sent a receipt in the last 10 minutes' + (ledger.pending > 0 ? ': what is pending waits in the queue.' : '.')
      : `${consumers === 1 ? '1 consumer has' : consumers + ' consumers have'} sent receipts in the last 10 minutes.`;
    const oldest = ledger.pending > 0 && pendingAge >= 1 ? ` The oldest pending message has waited for ${shown(pendingAge, 0)} s.` : '';
    return heard + oldest + (auditAge >= 1 ? ` Nothing has vouched for what is pending for ${shown(auditAge, 0)} s.` : '');
  }

  function showProblems({ problems, at }) {
    element('no-problems').hidden = problems.length > 0;
    document.querySelector('.scroll').hidden = problems.length === 0;
    const table = element('problems');
    problems.forEach((problem, place) => {
      const row = rowOf(problem.reason);
      if (table.children[place] !== row) table.insertBefore(row, table.children[place] || null);
      const cells = [whole.format(problem.rejected), whole.format(problem.unknown), ago(at - problem.lastAt), problem.detail];
      cells.forEach((value, index) => { row.children[index + 1].textContent = value; });
    });
    while (table.children.length > problems.length) table.lastChild.remove();
  }

  // Kept, so that who is on its link stays there.
  const rows = new Map();

  function rowOf(reason) {
    if (!rows.has(reason)) {
      const row = document.createElement('tr');
      for (let index = 0; index < 5; index++) {
        const cell = row.appendChild(document.createElement('td'));
        if (index > 0 && index < 4) cell.className = 'number';
      }
      const link = row.firstChild.appendChild(document.createElement('a'));
      link.href = `problems/${reason}`;
      link.textContent = reason;
      rows.set(reason, row);
    }
    return rows.get(reason);
  }

  function ago(millis) {
    const seconds = Math.max(0, Math.round(millis / 1000));
    if (seconds < 60) return `${seconds} s ago`;
    return seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`;
  }

  // --- the connection; the browser connects again where it broke, but gives up on an answer like 429 ---

  const PAUSE_MILLIS = 2000;

  let source = null;
  let refusal = null;

  function connect() {
    if (source) source.close();
    source = new EventSource('live');
    source.onopen = () => { refusal = null; };
    source.onmessage = event => show(JSON.parse(event.data));
    source.onerror = async () => {
      const refused = source.readyState === EventSource.CLOSED;
      refusal = refused ? await answer() : null;
      if (refused) setTimeout(connect, PAUSE_MILLIS);
    };
  }

  // The one that made the browser give up, which it keeps to itself.
  async function answer() {
    const question = new AbortController();
    const limit = setTimeout(() => question.abort(), PAUSE_MILLIS);
    try {
      const response = await fetch('live', { signal: question.signal });
      return response.ok ? null : `${response.status}: ${(await response.json()).detail}`;
    }
    catch (error) {
      return null;
    }
    finally {
      clearTimeout(limit);
      question.abort();
    }
  }

  function watch() {
    if (performance.now() - heardAt < SILENCE_MILLIS && source.readyState === EventSource.OPEN) return;
    element('connection').dataset.state = refusal ? 'blocked' : 'away';
    text('connection', refusal ? `Producer: refuses this page, trying again… (${refusal})` : 'Producer: no connection, trying again…');
    element('broker').dataset.state = 'away';
    text('broker', `Broker: not known while ${refusal ? 'this page is refused' : 'the producer is away'}`);
  }

  // --- sending ---

  const HEADERS = ['Content-Type', 'Location', 'Retry-After', 'Idempotency-Replayed'];

  async function post(path, type, body) {
    text('answer', 'Waiting for the answer…');
    try {
      const started = performance.now();
      const response = await fetch(path, { method: 'POST', headers: { 'Content-Type': type }, body });
      const answer = await response.text();
      const headers = HEADERS.filter(name => response.headers.has(name)).map(name => `${name}: ${response.headers.get(name)}\n`);
      text('answer', `${response.status}${response.statusText && ' ' + response.statusText} after ${shown(performance.now() - started, 1)} ms\n${headers.join('')}\n${answer}`);
    }
    catch (error) {
      text('answer', `No answer: ${error.message}.\nThe outcome is unknown: the message may be stored.`);
    }
  }

  function sendMany() {
    let line;
    try {
      line = JSON.stringify(JSON.parse(element('body').value));
    }
    catch (error) {
      text('answer', `Not sent: each line of a batch is JSON, and this is none: ${error.message}`);
      return;
    }
    post('messages/batch', 'application/x-ndjson', (line + '\n').repeat(MANY));
  }

  charts = {
    rates: new Chart('rates', ['accepted/s', 'processed/s']),
    latencies: new Chart('latencies', ['p50', 'p95', 'p99']),
  };
  element('send').addEventListener('submit', event => {
    event.preventDefault();
    post('messages', element('type').value, element('body').value);
  });
  element('many').addEventListener('click', sendMany);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => Object.values(charts).forEach(chart => chart.draw()));
  connect();
  setInterval(watch, 1000);
})();
