// Plays 16 bit mono samples while they still arrive, and keeps them for replay and saving.

export const SAMPLE_RATE = 24000;

const PIECE = SAMPLE_RATE / 10;
const AHEAD = 1.5;
const LEAD = 0.05;
const FIRST_CUSHION = 0.15;
const LARGEST_CUSHION = 1;

export class Player {

	#context;
	#gain;
	#pieces = [];
	#open = [];
	#oddByte;
	#complete = false;
	#position = 0;
	#run;
	#scheduled = 0;
	#clock = 0;
	#sounding = new Set();
	#cushion = FIRST_CUSHION;
	#received = 0;
	#active = false;

	/** Called with the time on the performance clock at which the first sample sounds. */
	onstart = () => {};
	/** Called when all has been played. */
	onend = () => {};
	/** Called with whether the sound has to wait for more to arrive. */
	onwait = () => {};
	/** Loudest sample of each tenth of a second, 0 to 1. */
	peaks = [];

	/** Open the loudspeaker. Browsers want a key or a click for that. */
	static open() {
		const Context = window.AudioContext || window.webkitAudioContext;
		let context;
		try {
			// With the rate of the speech, neighbouring pieces join without a click.
			context = new Context({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
		}
		catch {
			context = new Context();
		}
		context.resume();
		return context;
	}

	constructor(context) {
		this.#context = context;
		this.#gain = context.createGain();
		this.#gain.connect(context.destination);
		this.#active = true;
	}

	/** Whether there is sound, or will be when more arrives. */
	get active() {
		return this.#active;
	}

	get receivedSeconds() {
		return this.#received / SAMPLE_RATE;
	}

	get playedSeconds() {
		if (!this.#run) {
			return this.#scheduled / SAMPLE_RATE;
		}
		const since = (this.#context.currentTime - this.#run.at) * SAMPLE_RATE;
		return Math.min(Math.max(this.#run.from, this.#run.from + since), this.#scheduled) / SAMPLE_RATE;
	}

	/** Take bytes as they come off the network: a sample may be cut in two. */
	push(bytes) {
		if (this.#oddByte !== undefined) {
			const joined = new Uint8Array(bytes.length + 1);
			joined[0] = this.#oddByte;
			joined.set(bytes, 1);
			bytes = joined;
			this.#oddByte = undefined;
		}
		if (bytes.length % 2) {
			this.#oddByte = bytes[bytes.length - 1];
		}
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length - (bytes.length % 2));
		for (let i = 0; i < view.byteLength; i += 2) {
			this.#open.push(view.getInt16(i, true));
			if (this.#open.length === PIECE) {
				this.#close();
			}
		}
		this.#received += view.byteLength / 2;
		this.#pump();
	}

	/** Tell that nothing more will arrive. */
	finish() {
		if (this.#open.length) {
			this.#close();
		}
		this.#complete = true;
		this.#pump();
	}

	/** Fall silent at once. */
	stop() {
		this.#scheduled = Math.round(this.playedSeconds * SAMPLE_RATE);
		this.#silence();
	}

	/** Forget what has not been heard. */
	cut() {
		const heard = this.#scheduled;
		this.#complete = true;
		this.#open = [];
		this.#pieces.length = this.peaks.length = Math.min(this.#pieces.length, Math.ceil(heard / PIECE));
		const last = this.#pieces.length - 1;
		if (last >= 0) {
			this.#pieces[last] = this.#pieces[last].slice(0, heard - last * PIECE);
		}
		this.#received = heard;
	}

	/** Play what is there from its beginning. */
	replay() {
		this.#silence();
		this.#active = true;
		this.#position = 0;
		this.#scheduled = 0;
		this.#pump();
	}

	/** Return what is there as a WAV file. */
	wav() {
		const size = this.#pieces.reduce((sum, piece) => sum + piece.length, 0) * 2;
		const header = new DataView(new ArrayBuffer(44));
		const ascii = (at, text) => [...text].forEach((char, i) => header.setUint8(at + i, char.charCodeAt(0)));
		ascii(0, "RIFF");
		header.setUint32(4, 36 + size, true);
		ascii(8, "WAVEfmt ");
		header.setUint32(16, 16, true);
		header.setUint16(20, 1, true);
		header.setUint16(22, 1, true);
		header.setUint32(24, SAMPLE_RATE, true);
		header.setUint32(28, SAMPLE_RATE * 2, true);
		header.setUint16(32, 2, true);
		header.setUint16(34, 16, true);
		ascii(36, "data");
		header.setUint32(40, size, true);
		return new Blob([header, ...this.#pieces], { type: "audio/wav" });
	}

	close() {
		this.#silence();
		this.#context.close();
	}

	#close() {
		const piece = Int16Array.from(this.#open);
		this.#open = [];
		this.#pieces.push(piece);
		let peak = 0;
		for (const sample of piece) {
			peak = Math.max(peak, Math.abs(sample));
		}
		this.peaks.push(peak / 32768);
	}

	#silence() {
		this.#active = false;
		this.#run = undefined;
		for (const source of this.#sounding) {
			source.onended = null;
			source.stop();
		}
		this.#sounding.clear();
	}

	#pump() {
		if (!this.#active) {
			return;
		}
		const now = this.#context.currentTime;
		if (!this.#run || this.#clock < now) {
			const waiting = (this.#pieces.length - this.#position) * PIECE / SAMPLE_RATE;
			if (!this.#complete && waiting < this.#cushion) {
				return;
			}
			if (this.#position < this.#pieces.length) {
				if (!this.#run) {
					this.onstart(performance.now() + LEAD * 1000);
				}
				this.#clock = now + LEAD;
				this.#run = { at: this.#clock, from: this.#scheduled };
				this.onwait(false);
			}
		}
		while (this.#position < this.#pieces.length && this.#clock < now + AHEAD) {
			this.#schedule(this.#pieces[this.#position++]);
		}
		if (!this.#sounding.size && this.#complete) {
			this.#active = false;
			this.#run = undefined;
			this.onend();
		}
	}

	#schedule(piece) {
		const buffer = this.#context.createBuffer(1, piece.length, SAMPLE_RATE);
		const channel = buffer.getChannelData(0);
		for (let i = 0; i < piece.length; i++) {
			channel[i] = piece[i] / 32768;
		}
		const source = this.#context.createBufferSource();
		source.buffer = buffer;
		source.connect(this.#gain);
		source.onended = () => {
			this.#sounding.delete(source);
			if (!this.#sounding.size && !this.#complete && this.#position === this.#pieces.length) {
				// Ran dry: collect more than last time before going on.
				this.#cushion = Math.min(this.#cushion * 2, LARGEST_CUSHION);
				this.onwait(true);
			}
			this.#pump();
		};
		source.start(this.#clock);
		this.#sounding.add(source);
		this.#clock += piece.length / SAMPLE_RATE;
		this.#scheduled += piece.length;
	}

}
