// Points the official SDK at the simulator and fails on the first surprise.
// Usage: node sdk.mjs <base url> <key> <voice id>
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { ElevenLabsClient, ElevenLabs, ElevenLabsError } = require("@elevenlabs/elevenlabs-js");

const [baseUrl, apiKey, voiceId] = process.argv.slice(2);
const client = new ElevenLabsClient({ baseUrl, apiKey, maxRetries: 0 });

async function bytes(stream) {
    const chunks = [];
    for await (const chunk of stream) {
        chunks.push(Buffer.from(chunk));
    }
    return Buffer.concat(chunks);
}

async function failure(call) {
    try {
        await call();
    } catch (error) {
        return error;
    }
    assert.fail("The call went through");
}

const request = { text: "Hello from the simulator.", modelId: "eleven_flash_v2_5", outputFormat: "mp3_44100_128" };

const converted = await bytes(await client.textToSpeech.convert(voiceId, request));
assert.equal(converted[0], 0xff);
assert.ok(converted.length > 10_000);

const streamed = await bytes(await client.textToSpeech.stream(voiceId, request));
assert.deepEqual(streamed, converted);

const timed = await client.textToSpeech.convertWithTimestamps(voiceId, request);
assert.equal(timed.alignment.characters.join(""), request.text);
assert.deepEqual(Buffer.from(timed.audioBase64, "base64"), converted);

const lines = [];
for await (const line of await client.textToSpeech.streamWithTimestamps(voiceId, { ...request, text: "One. Two." })) {
    lines.push(line);
}
assert.equal(lines.flatMap((line) => line.alignment?.characters ?? []).join(""), "One. Two.");

const page = await client.voices.search({ pageSize: 10 });
assert.equal(page.voices.length, 10);
assert.equal(page.hasMore, true);
const next = await client.voices.search({ pageSize: 100, nextPageToken: page.nextPageToken });
assert.equal(next.hasMore, false);
assert.equal(next.voices.length, page.totalCount - 10);
assert.equal((await client.voices.get(voiceId)).voiceId, voiceId);
assert.equal((await client.voices.settings.get(voiceId)).similarityBoost, 0.75);

const models = await client.models.list();
const flash = models.find((model) => model.modelId === "eleven_flash_v2_5");
assert.equal(flash.modelRates.characterCostMultiplier, 0.5);
assert.equal(flash.canDoTextToSpeech, true);

const subscription = await client.user.subscription.get();
assert.equal(subscription.tier, "creator");
assert.equal(subscription.status, "active");
assert.ok(subscription.characterCount > 0);
assert.equal((await client.user.get()).subscription.tier, "creator");

const invalid = await failure(() => client.textToSpeech.convert(voiceId, { ...request, seed: -1 }));
assert.ok(invalid instanceof ElevenLabs.UnprocessableEntityError, String(invalid));
assert.equal(invalid.statusCode, 422);

const stranger = new ElevenLabsClient({ baseUrl, apiKey: "wrong", maxRetries: 0 });
const unauthorized = await failure(() => stranger.textToSpeech.convert(voiceId, request));
assert.ok(unauthorized instanceof ElevenLabsError, String(unauthorized));
assert.equal(unauthorized.statusCode, 401);
assert.equal(unauthorized.body.detail.status, "invalid_api_key");

const unknown = await failure(() => client.textToSpeech.convert("nobody", request));
assert.equal(unknown.statusCode, 404);
assert.equal(unknown.body.detail.code, "voice_not_found");

await fetch(new URL("/simulator/faults", baseUrl), {
    method: "POST",
    body: JSON.stringify({ faults: ["too-many-concurrent-requests", "unavailable"] }),
});
const crowded = await failure(() => client.textToSpeech.stream(voiceId, request));
assert.equal(crowded.statusCode, 429);
assert.equal(crowded.body.detail.code, "concurrent_limit_exceeded");

// with its retries on, the SDK gets over the 503
const patient = new ElevenLabsClient({ baseUrl, apiKey });
assert.equal((await patient.models.list()).length, models.length);

console.log("The SDK is content");
