// What is in flight and what waits, live, and a burst of calls to watch.

const $ = (id) => document.getElementById(id);
const names = { standard: "Multilingual", flash: "Flash", v4: "Version 4" };

function waits(groups) {
	return groups.reduce((sum, group) => sum + group.interactive + group.normal + group.batch, 0);
}

function row(group) {
	const item = document.createElement("li");
	const waiting = waits([group]);
	const name = document.createElement("span");
	name.textContent = names[group.group] ?? group.group;
	const bar = document.createElement("progress");
	bar.max = group.limit;
	bar.value = Math.min(group.inFlight, group.limit);
	bar.setAttribute("aria-label", `${name.textContent}: ${group.inFlight} of ${group.limit} in flight`);
	const figures = document.createElement("span");
	figures.className = "muted";
	figures.textContent = `${group.inFlight} of ${group.limit} in flight`
		+ (waiting ? `, ${waiting} waiting (${group.interactive} / ${group.normal} / ${group.batch})` : "");
	item.append(name, figures, bar);
	return item;
}

function watch() {
	const source = new EventSource("api/traffic");
	source.onmessage = (message) => {
		const groups = JSON.parse(message.data);
		$("groups").replaceChildren(...groups.map(row));
		$("traffic-note").textContent = groups.length
			? waits(groups) ? "Waiting: interactive / normal / batch." : "Nothing waits." : "Calls are not limited here.";
	};
	source.onerror = () => {
		$("traffic-note").textContent = "No connection to the application; trying again.";
	};
}

function cell(event) {
	const calls = $("calls");
	let item = calls.querySelector(`[data-call="${event.call}"]`);
	if (!item) {
		item = document.createElement("li");
		item.dataset.call = event.call;
		calls.append(item);
	}
	item.dataset.state = event.state;
	item.dataset.priority = event.priority;
	item.textContent = event.priority[0].toUpperCase();
	item.title = `${event.priority}: ${event.state}`;
}

async function* lines(response) {
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
		const parts = (rest + value).split("\n");
		rest = parts.pop();
		yield* parts.filter((part) => part.trim());
	}
}

async function burst() {
	const order = [];
	$("burst").disabled = true;
	$("calls").replaceChildren();
	$("calls").hidden = false;
	$("burst-note").hidden = false;
	$("burst-note").textContent = "Thirty calls at once: batch first, interactive last.";
	$("traffic").dataset.burst = "running";
	try {
		const response = await fetch("api/burst", { method: "POST" });
		if (!response.ok) {
			throw new Error(response.statusText);
		}
		for await (const line of lines(response)) {
			const event = JSON.parse(line);
			cell(event);
			if (event.state === "speaking") {
				order.push(event.priority[0].toUpperCase());
			}
		}
		const failed = $("calls").querySelectorAll('[data-state="failed"]').length;
		$("burst-note").textContent = `Served in this order: ${order.join(" ")}`
			+ (failed ? `; ${failed} failed.` : ".");
		$("traffic").dataset.burst = "done";
	} catch {
		$("burst-note").textContent = "The burst broke off: the application cannot be reached.";
		$("traffic").dataset.burst = "failed";
	} finally {
		$("burst").disabled = false;
	}
}

/** Take the simulator away or bring it back; without a choice, only look. */
async function power(listening) {
	const change = listening === undefined ? {} : {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ listening })
	};
	$("power").disabled = true;
	try {
		const response = await fetch("actuator/simulator", change);
		const state = await response.json();
		$("power").textContent = state.listening ? "Stop the simulator" : "Start the simulator";
		$("power").onclick = () => power(!state.listening);
		$("power").hidden = !response.ok;
		$("source").textContent = state.listening ? "Simulator: a robot voice, no key, no cost" : "Simulator: stopped";
	} catch {
		// The application is gone; the traffic says so.
	} finally {
		$("power").disabled = false;
	}
}

$("burst").addEventListener("click", burst);
watch();
const environment = await fetch("api/environment").then((response) => response.json()).catch(() => ({}));
$("burst").hidden = !environment.simulated;
if (environment.simulated) {
	power();
}
