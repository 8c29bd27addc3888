import { Player, SAMPLE_RATE } from "./player.js";

const $ = (id) => document.getElementById(id);
const main = document.querySelector("main");
const sliders = ["stability", "similarityBoost", "speed", "style"].map($);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const number = new Intl.NumberFormat("en");
const day = new Intl.DateTimeFormat("en", { dateStyle: "long" });

let voices = [];
let models = [];
let player;
let call;
let partial = false;
let outcome = "Ready";

// --- what is asked for -------------------------------------------------------------

/** Count what ElevenLabs counts: code points. */
function codePoints(text) {
	let count = 0;
	for (const _ of text) {
		count++;
	}
	return count;
}

function model() {
	return models.find((candidate) => candidate.id === $("model").value);
}

function showCount() {
	const count = codePoints($("text").value);
	const chosen = model();
	const limit = chosen?.maxCharacters;
	const credits = chosen?.creditsPerCharacter;
	let text = limit ? `${number.format(count)} of ${number.format(limit)} characters` : `${number.format(count)} characters`;
	if (count && credits) {
		text += `, about ${number.format(Math.ceil(count * credits))} credits`;
	}
	$("count").textContent = text;
	$("count").classList.toggle("over", Boolean(limit && count > limit));
}

function textError() {
	const text = $("text").value;
	const limit = model()?.maxCharacters;
	const over = limit ? codePoints(text) - limit : 0;
	if (!text.trim()) {
		return "There is nothing to say yet. Type a text first.";
	}
	if (over > 0) {
		return `The text is ${number.format(over)} ${over === 1 ? "character" : "characters"} too long for ${model().name ?? model().id}.`;
	}
	return "";
}

function showTextError(error) {
	$("text-error").textContent = error;
	$("text").setAttribute("aria-invalid", String(Boolean(error)));
}

function showSliders() {
	for (const slider of sliders) {
		const touched = "touched" in slider.dataset;
		document.querySelector(`output[for=${slider.id}]`).value = touched ? Number(slider.value).toFixed(2) : "as stored";
		slider.setAttribute("aria-valuetext", touched ? slider.value : "as stored");
	}
	const changed = sliders.filter((slider) => "touched" in slider.dataset).length;
	$("settings-note").textContent = changed ? `${changed} changed` : "as stored with the voice";
	$("reset").disabled = !changed;
}

function voiceSettings() {
	const touched = sliders.filter((slider) => "touched" in slider.dataset && !slider.disabled);
	return touched.length ? Object.fromEntries(touched.map((slider) => [slider.id, Number(slider.value)])) : undefined;
}

// --- state ---------------------------------------------------------------------------

const active = () => main.dataset.state === "connecting" || Boolean(player?.active);

function show(state, status) {
	main.dataset.state = state;
	$("status").textContent = outcome = status;
	showButtons();
}

function showButtons() {
	const stoppable = active();
	if (!stoppable && document.activeElement === $("stop")) {
		$("speak").focus();
	}
	$("stop").disabled = !stoppable;
	const something = Boolean(player?.receivedSeconds) && !stoppable;
	$("replay").disabled = !something;
	$("save").disabled = !something;
	$("save").textContent = partial ? "Save part as WAV" : "Save as WAV";
}

function showProblem(title, detail, again) {
	$("problem-title").textContent = title;
	$("problem-detail").textContent = detail;
	$("retry").hidden = !again;
	$("retry").onclick = again;
	$("problem").hidden = false;
}

const substitutes = {
	engine: "This is the fallback voice. ElevenLabs does not answer at the moment, so this application speaks for itself.",
	model: "Another model speaks. The one you chose does not answer at the moment.",
	voice: "Another voice speaks. The one you chose does not answer at the moment.",
	"stale-cache": "This was said before. ElevenLabs does not answer at the moment."
};

function showDegraded(substitute) {
	main.dataset.degraded = substitute ?? "";
	$("degraded").hidden = !substitute;
	$("degraded").textContent = substitute ? substitutes[substitute] : "";
}

const savings = { hit: ", from the cache", shared: ", shared with an equal call" };

function showFacts({ first, request, credits, cache } = {}) {
	$("first").textContent = first === undefined ? "–" : `${number.format(Math.round(first))} ms`;
	$("request").textContent = request ?? "–";
	$("credits").textContent = credits ? number.format(credits) + (savings[cache] ?? "") : "–";
}

/** Turn whatever went wrong into a title and a sentence. */
async function explain(response) {
	try {
		const problem = await response.json();
		return [problem.title, problem.detail];
	}
	catch {
		return ["Something went wrong", `The application answered with status ${response.status}.`];
	}
}

function unreachable() {
	return navigator.onLine
		? ["No connection", "The application does not answer. Is it still running?"]
		: ["You are offline", "Connect to the network and try again."];
}

// --- speaking ------------------------------------------------------------------------

async function speak() {
	showTextError(textError());
	if (textError()) {
		$("text").focus();
		return;
	}
	abort();
	player?.close();
	player = undefined;
	$("problem").hidden = true;
	showFacts();
	showDegraded();
	partial = false;
	const facts = {};
	const since = performance.now();
	const mine = call = new AbortController();
	try {
		player = new Player(Player.open());
	}
	catch {
		showProblem("No sound", "This browser cannot play sound from a page.");
		show("error", "Failed");
		return;
	}
	const current = player;
	current.onstart = (at) => {
		facts.first = at - since;
		showFacts(facts);
		if (main.dataset.state === "connecting") {
			show("playing", "Speaking");
		}
	};
	current.onwait = (waiting) => {
		if (main.dataset.state === "playing") {
			$("status").textContent = waiting ? "Waiting for more" : "Speaking";
		}
	};
	current.onend = finished;
	main.dataset.stream = "open";
	show("connecting", "Connecting");
	$("player").scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
	animate();
	try {
		const response = await fetch("api/speech", {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({
				text: $("text").value,
				voiceId: $("voice").value || undefined,
				modelId: $("model").value || undefined,
				outputFormat: `pcm_${SAMPLE_RATE}`,
				voiceSettings: voiceSettings()
			}),
			signal: mine.signal
		});
		facts.request = response.headers.get("X-Request-Id");
		facts.credits = response.headers.get("X-Billed-Credits");
		facts.cache = response.headers.get("X-Cache");
		showFacts(facts);
		if (!response.ok) {
			const [title, detail] = await explain(response);
			if (mine === call) {
				failed(title, detail);
			}
			return;
		}
		const substitute = response.headers.get("X-Degraded");
		if (mine === call) {
			showDegraded(substitute);
		}
		if (!substitute && !main.dataset.loaded) {
			loadChoicesSoon();
		}
		const reader = response.body.getReader();
		for (let part = await reader.read(); !part.done; part = await reader.read()) {
			if (mine !== call) {
				return;
			}
			current.push(part.value);
		}
		if (mine === call) {
			main.dataset.stream = "complete";
			current.finish();
		}
	}
	catch {
		if (mine === call) {
			failed(...unreachable());
		}
	}
	finally {
		loadAccount();
	}
}

function failed(title, detail) {
	call = undefined;
	main.dataset.stream = "broken";
	const received = player.receivedSeconds;
	partial = received > 0;
	if (partial) {
		detail = `The connection broke after ${received.toFixed(1)} seconds of sound. This is only a part of your text.`;
		title = "The end is missing";
	}
	showProblem(title, detail);
	show("error", partial ? "Incomplete" : "Failed");
	player.finish();
}

function finished() {
	call = undefined;
	if (main.dataset.state === "playing") {
		show("done", "Done");
	}
	$("status").textContent = outcome;
	showButtons();
	draw();
}

/** End the request, if there is one, and with it the request to ElevenLabs. */
function abort() {
	const aborted = call;
	call = undefined;
	aborted?.abort();
}

function stop() {
	if (!active()) {
		return;
	}
	abort();
	player.stop();
	if (["connecting", "playing"].includes(main.dataset.state)) {
		player.cut();
		partial = true;
		if (main.dataset.stream === "open") {
			main.dataset.stream = "stopped";
		}
		show("stopped", `Stopped after ${player.receivedSeconds.toFixed(1)} s`);
	}
	finished();
}

function replay() {
	player.onstart = () => {};
	$("status").textContent = "Playing again";
	player.replay();
	showButtons();
	animate();
}

function save() {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(player.wav());
	link.download = partial ? "speech-part.wav" : "speech.wav";
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// --- waveform ------------------------------------------------------------------------

let frame = 0;

function animate() {
	cancelAnimationFrame(frame);
	const step = () => {
		draw();
		if (active()) {
			frame = requestAnimationFrame(step);
		}
	};
	step();
}

function draw() {
	const played = player?.playedSeconds ?? 0;
	const received = player?.receivedSeconds ?? 0;
	$("played").textContent = `${played.toFixed(1)} s`;
	$("received").textContent = `${received.toFixed(1)} s`;
	main.dataset.played = played.toFixed(2);
	main.dataset.received = received.toFixed(2);

	const canvas = $("wave");
	const ratio = window.devicePixelRatio || 1;
	const width = canvas.clientWidth;
	const height = canvas.clientHeight;
	if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
		canvas.width = Math.round(width * ratio);
		canvas.height = Math.round(height * ratio);
	}
	const colors = getComputedStyle(main);
	const pen = canvas.getContext("2d");
	pen.setTransform(ratio, 0, 0, ratio, 0, 0);
	pen.clearRect(0, 0, width, height);
	const step = 5;
	const bars = Math.max(1, Math.floor(width / step));
	const peaks = player?.peaks ?? [];
	const shown = Math.max(bars, peaks.length);
	const playedBars = played * 10 / shown * bars;
	for (let bar = 0; bar < bars; bar++) {
		let peak = 0;
		for (let i = Math.floor(bar * shown / bars); i < Math.max(Math.floor(bar * shown / bars) + 1, Math.floor((bar + 1) * shown / bars)); i++) {
			peak = Math.max(peak, peaks[i] ?? 0);
		}
		const size = Math.max(3, Math.sqrt(peak) * height);
		pen.fillStyle = colors.getPropertyValue(bar < playedBars && peak ? "--accent" : "--wave");
		pen.beginPath();
		pen.roundRect(bar * step + 1, (height - size) / 2, 3, size, 1.5);
		pen.fill();
	}
}

// --- what there is to choose ---------------------------------------------------------

async function json(address) {
	let response;
	try {
		response = await fetch(address);
	}
	catch {
		throw unreachable();
	}
	if (!response.ok) {
		throw await explain(response);
	}
	return response.json();
}

function option(value, text) {
	const element = document.createElement("option");
	element.value = value;
	element.textContent = text;
	return element;
}

function remember(select) {
	try {
		localStorage.setItem(select.id, select.value);
	}
	catch {
		// Storage is switched off: nothing to remember.
	}
}

function remembered(id) {
	try {
		return localStorage.getItem(id);
	}
	catch {
		return null;
	}
}

function voiceTraits(voice) {
	const { accent, gender, age, descriptive, use_case: use } = voice.labels ?? {};
	return [accent, gender, age, descriptive, use].filter(Boolean).join(", ").replaceAll("_", " ");
}

function showVoices() {
	const select = $("voice");
	const chosen = select.value || remembered("voice");
	const words = $("voice-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
	const matching = voices.filter((voice) => {
		const all = [voice.name, voice.category, voice.description, voiceTraits(voice)].join(" ").toLowerCase();
		return words.every((word) => all.includes(word));
	});
	const groups = new Map();
	for (const voice of matching) {
		const category = voice.category ?? "other";
		groups.set(category, [...(groups.get(category) ?? []), voice]);
	}
	select.replaceChildren(...[...groups].map(([category, members]) => {
		const group = document.createElement("optgroup");
		group.label = category[0].toUpperCase() + category.slice(1);
		group.append(...members.map((voice) => option(voice.id, voice.name)));
		return group;
	}));
	if (!matching.length) {
		select.replaceChildren(option("", voices.length ? "No voice matches" : "No voices in this account"));
	}
	if (matching.some((voice) => voice.id === chosen)) {
		select.value = chosen;
	}
	select.disabled = !matching.length;
	showVoice();
}

function showVoice() {
	const voice = voices.find((candidate) => candidate.id === $("voice").value);
	$("voice-note").textContent = voice ? voiceTraits(voice) || voice.description || "" : "";
}

function showModels() {
	const select = $("model");
	select.replaceChildren(...models.map((candidate) => option(candidate.id, candidate.name ?? candidate.id)));
	const cost = (candidate) => candidate.creditsPerCharacter ?? 1;
	const cheapest = [...models].sort((a, b) => cost(a) - cost(b) || (b.maxCharacters ?? 0) - (a.maxCharacters ?? 0))[0];
	const known = models.find((candidate) => candidate.id === remembered("model"));
	select.value = (known ?? cheapest)?.id ?? "";
	select.disabled = !models.length;
	showModel();
}

function showModel() {
	const chosen = model();
	const languages = chosen?.languages?.length ?? 0;
	const cost = chosen?.creditsPerCharacter;
	$("model-note").textContent = [
		languages > 1 ? `${languages} languages` : "",
		languages === 1 ? `only ${new Intl.DisplayNames("en", { type: "language" }).of(chosen.languages[0])}` : "",
		cost ? `${cost} ${cost === 1 ? "credit" : "credits"} per character` : ""
	].filter(Boolean).join(", ");
	$("style").disabled = !chosen?.usesStyle;
	$("style-field").hidden = !chosen?.usesStyle;
	showCount();
}

async function loadChoices() {
	$("problem").hidden = true;
	try {
		[voices, models] = await Promise.all([json("api/voices"), json("api/models")]);
		$("voice-filter").hidden = voices.length <= 12;
		showVoices();
		showModels();
		main.dataset.loaded = "true";
	}
	catch (problem) {
		const [title, detail] = Array.isArray(problem) ? problem : ["Something went wrong", String(problem)];
		$("voice").replaceChildren(option("", "Not available"));
		$("model").replaceChildren(option("", "Not available"));
		showProblem(title, `Voices and models could not be loaded. ${detail}`, loadChoices);
	}
}

/* ElevenLabs speaks again, but the circuit breaker of its lists may need some seconds more. */
async function loadChoicesSoon() {
	await loadChoices();
	if (!main.dataset.loaded) {
		setTimeout(loadChoicesSoon, 2000);
	}
}

async function loadAccount() {
	try {
		const account = await json("api/subscription");
		$("plan").textContent = account.plan;
		$("plan").hidden = false;
		$("left").textContent = number.format(account.remainingCredits);
		$("used").max = account.totalCredits || 1;
		$("used").value = account.usedCredits;
		const reset = account.nextReset ? `, starts again on ${day.format(new Date(account.nextReset))}` : "";
		$("usage-note").textContent = `${number.format(account.usedCredits)} of ${number.format(account.totalCredits)} used${reset}`;
		$("usage").hidden = false;
		$("account-note").hidden = true;
	}
	catch {
		$("usage").hidden = true;
		$("plan").hidden = true;
		$("account-note").hidden = false;
		$("account-note").textContent = "Plan and credits cannot be read at the moment.";
	}
}

async function loadSource() {
	try {
		$("source").hidden = !(await json("api/environment")).simulated;
	}
	catch {
		// Only a label.
	}
}

// --- wiring --------------------------------------------------------------------------

$("form").addEventListener("submit", (event) => {
	event.preventDefault();
	speak();
});
$("stop").addEventListener("click", stop);
$("replay").addEventListener("click", replay);
$("save").addEventListener("click", save);
$("text").addEventListener("input", () => {
	showCount();
	if ($("text-error").textContent) {
		showTextError("");
	}
});
$("voice").addEventListener("change", () => {
	remember($("voice"));
	showVoice();
});
$("voice-filter").addEventListener("input", showVoices);
$("model").addEventListener("change", () => {
	remember($("model"));
	showModel();
});
for (const slider of sliders) {
	slider.addEventListener("input", () => {
		slider.dataset.touched = "";
		showSliders();
	});
}
$("reset").addEventListener("click", () => {
	for (const slider of sliders) {
		delete slider.dataset.touched;
		slider.value = slider.defaultValue;
	}
	showSliders();
});
document.addEventListener("keydown", (event) => {
	if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
		event.preventDefault();
		speak();
	}
	else if (event.key === "Escape" && active()) {
		event.preventDefault();
		stop();
	}
});
addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

showSliders();
showCount();
draw();
loadSource();
loadChoices();
loadAccount();
