-- One limit and one queue for all instances. Runs atomically; the only clock is the server's.
-- Every key has the same hash tag. What a call leaves behind: a record in 'calls', and its lease in
-- 'wait' while it stands in a queue or in 'held' while it has a permit. A lease that is not renewed lapses.
--
-- An id names one stay of a call here: a call that comes back after it has lost touch comes under another one.
--
-- Answer: three lines. What was asked; the state; the permits granted to the caller's own calls.
-- By its channel an instance is told of permits granted to its calls by others ('id slots inflight'), of instances that
-- have joined ('=' and how many there are), and, so that it knows that messages arrive, of its own renewals ('?').

local state, calls, held, wait, tenants, instances, alone = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[8], KEYS[9], KEYS[10]
local queues = { KEYS[5], KEYS[6], KEYS[7] }

local op, me, channel, group = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lease, headroom = tonumber(ARGV[5]), tonumber(ARGV[6])
local shares = { 0, tonumber(ARGV[7]), tonumber(ARGV[8]) }
local ageing = tonumber(ARGV[9])
local adaptive = ARGV[12] == '1'
local ARGS = 13

local ANSWERS, DECREASE, CALLS_PER_RECOVERY, FIRST_PAUSE, MOST_DOUBLINGS = 20, 0.5, 10, 50, 6
-- As in WaitingQueue.
local MOST_GROWTH, MOST_SHARED, ONE = 3, 0.5, 1 - 1e-9
local mostGrowth = shares[2] + shares[3] > 0 and math.max(1, math.min(MOST_GROWTH, MOST_SHARED / (shares[2] + shares[3]))) or 1
local KEEP = 86400000

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local s, dirty = {}, {}
local raw = redis.call('HGETALL', state)
for i = 1, #raw, 2 do
	s[raw[i]] = raw[i + 1]
end

local function text(number)
	return string.format('%.0f', number)
end

local function get(name, default)
	local value = s[name]
	return value and tonumber(value) or default
end

local function set(name, value)
	s[name] = value
	dirty[name] = true
end

local function clear(name)
	if s[name] then
		s[name] = nil
		dirty[name] = nil
		redis.call('HDEL', state, name)
	end
end

if not s.cfg then
	set('cfg', ARGV[10])
	set('bind', ARGV[11])
	if op ~= 'config' or ARGV[ARGS + 2] ~= '1' then
		-- The data was lost, since instances begin by telling their configuration. Nothing is granted until all instances have had the time to tell again what runs.
		set('pause', text(now + lease * 0.4))
	end
end

local function ceiling()
	local allowed = get('cfg', 1)
	if s.max then
		local share = get('max', 1) - get('oth', 0)
		allowed = s.bind == '1' and math.min(share, allowed) or share
	end
	return math.max(1, allowed - headroom)
end

local function limit()
	return math.min(ceiling(), get('after', math.huge))
end

-- Milliseconds for which nothing is granted. No pause is begun that is longer than these: where one is, the clock
-- of the server was set back.
local function paused()
	local left = get('pause', 0) - now
	return left <= math.max(lease * 0.4, FIRST_PAUSE * 2 ^ MOST_DOUBLINGS) + 1 and math.max(0, left) or 0
end

local inflight = get('inflight', 0)

-- A record: priority|weight|slots held|since when it waits, or holds them|member of the queue|tenant
local function record(id)
	local value = redis.call('HGET', calls, id)
	if not value then
		return nil
	end
	local p, w, h, since, member, tenant = string.match(value, '^(%d)|(%d+)|(%d+)|(%d+)|([^|]*)|(.*)$')
	return { p = tonumber(p), w = tonumber(w), h = tonumber(h), since = tonumber(since), member = member, tenant = tenant }
end

local function keep(id, r)
	redis.call('HSET', calls, id, r.p .. '|' .. r.w .. '|' .. r.h .. '|' .. text(r.since) .. '|' .. r.member .. '|' .. r.tenant)
end

-- Tenants take turns: each call of a tenant is tagged one round behind the tenant's call before it, and no call
-- is tagged before the round that is being served. Per tenant: its last tag and how many of its calls wait.
local function tenant(r)
	local field = r.p .. ':' .. r.tenant
	local value = redis.call('HGET', tenants, field)
	if not value then
		return field, 0, 0
	end
	local tag, count = string.match(value, '^(%d+)|(%d+)$')
	return field, tonumber(tag), tonumber(count)
end

local function leaveQueue(id, r)
	redis.call('ZREM', wait, id)
	if redis.call('ZREM', queues[r.p], r.member) == 1 then
		local field, tag, count = tenant(r)
		if count > 1 then
			redis.call('HSET', tenants, field, text(tag) .. '|' .. (count - 1))
		else
			redis.call('HDEL', tenants, field)
		end
		if redis.call('ZCARD', queues[r.p]) == 0 then
			clear('owed' .. r.p)
		end
	end
end

local function drop(id)
	local r = record(id)
	if not r then
		return false
	end
	if redis.call('ZREM', held, id) == 1 then
		inflight = math.max(0, inflight - r.h)
	else
		leaveQueue(id, r)
	end
	redis.call('HDEL', calls, id)
	return true
end

local function hold(id, r, slots, lapse)
	r.h = slots
	r.since = now
	r.member = ''
	keep(id, r)
	redis.call('ZADD', held, lapse, id)
	inflight = inflight + slots
end

local function tagOf(r)
	local field, tag, count = tenant(r)
	return math.max(get('round' .. r.p, 0), tag) + 1, field, count
end

local function enqueue(id, r, first)
	local tag, field, count = tagOf(r)
	local score = tag
	if first then
		local head = redis.call('ZRANGE', queues[r.p], 0, 0, 'WITHSCORES')
		score = (head[2] and tonumber(head[2]) or tag) - 1
		if count > 0 then
			tag = tag - 1
		end
	end
	local seq = get('seq', 0) + 1
	set('seq', text(seq))
	r.member = string.format('%015.0f', seq) .. id
	r.h = 0
	keep(id, r)
	redis.call('HSET', tenants, field, text(tag) .. '|' .. (count + 1))
	redis.call('ZADD', queues[r.p], text(score), r.member)
	redis.call('ZADD', wait, now + lease, id)
end

local function reap()
	for _, id in ipairs(redis.call('ZRANGEBYSCORE', held, '-inf', now, 'LIMIT', 0, 100)) do
		drop(id)
		redis.call('ZREM', held, id)
	end
	for _, id in ipairs(redis.call('ZRANGEBYSCORE', wait, '-inf', now, 'LIMIT', 0, 100)) do
		drop(id)
		redis.call('ZREM', wait, id)
	end
	for _, instance in ipairs(redis.call('ZRANGEBYSCORE', instances, '-inf', now)) do
		redis.call('ZREM', instances, instance)
		redis.call('HDEL', alone, instance)
	end
end

-- Slots that instances use on their own because they are not back yet.
local function reserved()
	local sum = 0
	for _, slots in ipairs(redis.call('HVALS', alone)) do
		sum = sum + tonumber(slots)
	end
	return sum
end

local function growth(p)
	local head = redis.call('ZRANGE', queues[p], 0, 0)[1]
	local r = head and record(string.sub(head, 16))
	if not r or ageing <= 0 then
		return 1
	end
	return math.min(1 + (now - r.since) / ageing, mostGrowth)
end

local function choose()
	local highest = nil
	for p = 1, 3 do
		if redis.call('ZCARD', queues[p]) > 0 then
			if not highest then
				highest = p
			elseif get('owed' .. p, 0) >= ONE then
				return p
			end
		end
	end
	return highest
end

local grants = {}

local function grant()
	if paused() > 0 or redis.call('ZCARD', wait) == 0 then
		return
	end
	local most = limit() - reserved()
	while inflight < most do
		local p = choose()
		if not p then
			return
		end
		local head = redis.call('ZRANGE', queues[p], 0, 0, 'WITHSCORES')
		local id = string.sub(head[1], 16)
		local r = record(id)
		local lapse = redis.call('ZSCORE', wait, id)
		if not r or r.member ~= head[1] then
			redis.call('ZREM', queues[p], head[1])
			if not r then
				redis.call('ZREM', wait, id)
			end
		elseif not lapse or tonumber(lapse) <= now then
			drop(id)
		else
			local slots = math.min(r.w, limit())
			if inflight + slots > most then
				return
			end
			for lower = 2, 3 do
				if redis.call('ZCARD', queues[lower]) > 0 then
					set('owed' .. lower, tostring(get('owed' .. lower, 0) + shares[lower] * growth(lower)))
				end
			end
			if p > 1 then
				set('owed' .. p, tostring(math.max(0, get('owed' .. p, 0) - 1)))
			end
			set('round' .. p, text(math.max(get('round' .. p, 0), tonumber(head[2]))))
			leaveQueue(id, r)
			-- Only its owner renews the lease: of one that has died nothing lasts longer for being granted.
			hold(id, r, slots, lapse)
			local told = id .. ' ' .. slots .. ' ' .. inflight
			local instance = string.match(id, '^[^:]+')
			if instance == me then
				grants[#grants + 1] = told
			else
				redis.call('PUBLISH', channel .. instance, group .. ' ' .. told)
			end
		end
	end
end

-- What others take is learned as AdaptiveLimit does. 'seen': of each of the last answers what was counted, the most
-- that all instances had in flight, and what others took at the most; 'answers': how many came since the last refusal.
local function observe(maximum, current, ours)
	if not adaptive or maximum <= 0 then
		return
	end
	local others = get('oth', 0)
	if s.after then
		if maximum == get('max', -1) then
			others = math.max(others, maximum - headroom - get('after', 1))
		end
		clear('after')
	end
	set('burst', '0')
	set('max', text(maximum))
	clear('rumour')
	local atMost = math.max(0, current - math.min(ours, inflight))
	local answer = current .. ':' .. math.max(ours, inflight + reserved()) .. ':' .. atMost
	local last = {}
	local highest, second, most, othersAtMost = 0, 0, 0, 0
	for counted, m, o in string.gmatch(answer .. ' ' .. (s.seen or ''), '(%d+):(%d+):(%d+)') do
		if #last < ANSWERS then
			counted = tonumber(counted)
			second = math.max(second, math.min(highest, counted))
			highest = math.max(highest, counted)
			most, othersAtMost = math.max(most, tonumber(m)), math.max(othersAtMost, tonumber(o))
			last[#last + 1] = counted .. ':' .. m .. ':' .. o
		end
	end
	set('seen', table.concat(last, ' '))
	local answers = math.min(get('answers', 0) + 1, ANSWERS)
	set('answers', text(answers))
	others = math.max(others, second - most)
	if answers == ANSWERS then
		others = math.min(others, othersAtMost + 1)
	end
	set('oth', text(others))
	local below = atMost < others and get('below', 0) + 1 or 0
	if below >= math.max(ANSWERS, CALLS_PER_RECOVERY * limit()) then
		below = 0
		set('oth', text(others - 1))
	end
	set('below', text(below))
end

local function refused(advertised)
	if not adaptive then
		return
	end
	if advertised > 0 then
		if advertised ~= get('max', -1) then
			set('rumour', '1')
		end
		set('max', text(advertised))
	end
	local before, accepted, count = limit(), inflight + reserved(), get('served', 0)
	if count >= get('burst', 0) then
		count = 0
		set('burst', text(accepted))
	end
	set('served', text(count))
	set('answers', '0')
	set('below', '0')
	if accepted + count < before then
		set('after', text(math.max(1, accepted + count, math.floor(before * DECREASE))))
	end
end

-- Grant nothing for a while, the longer the more refusals came in a row. Those of calls that had begun before the
-- last pause count as one with it.
local function rest(begun, jitter)
	local row = get('refusals', 0)
	if row > 0 and begun <= get('pausedat', 0) then
		return
	end
	set('refusals', text(row + 1))
	set('pausedat', text(now))
	local longest = FIRST_PAUSE * 2 ^ math.min(row, MOST_DOUBLINGS)
	set('pause', text(now + math.max(paused(), math.ceil(longest / 2 * (1 + jitter)))))
end

local function served()
	clear('refusals')
	if not s.after then
		return
	end
	local after, count = get('after', 1), get('served', 0) + 1
	if count >= CALLS_PER_RECOVERY * after then
		count = 0
		set('burst', '0')
		if after + 1 >= ceiling() then
			clear('after')
		else
			set('after', text(after + 1))
		end
	end
	set('served', text(count))
end

reap()
local answer = 'OK'

if op == 'enter' then
	-- id, priority, weight, tenant, patience, capacity
	local id, r = ARGV[ARGS], { p = tonumber(ARGV[ARGS + 1]), w = tonumber(ARGV[ARGS + 2]), h = 0, since = now, member = '', tenant = ARGV[ARGS + 3] }
	local waiting = redis.call('ZCARD', wait)
	local most = limit()
	local slots = math.min(r.w, most)
	drop(id)
	if waiting == 0 and paused() == 0 and inflight + slots + reserved() <= most then
		hold(id, r, slots, now + lease)
		grants[1] = id .. ' ' .. slots .. ' ' .. inflight
	else
		local ahead = 0
		for p = 1, r.p - 1 do
			ahead = ahead + redis.call('ZCARD', queues[p])
		end
		ahead = ahead + redis.call('ZCOUNT', queues[r.p], '-inf', text((tagOf(r))))
		local expected = 0
		if waiting > 0 then
			expected = math.floor((ahead + 1) * get('hold', 0) / most)
		end
		if waiting >= tonumber(ARGV[ARGS + 5]) then
			answer = 'FULL ' .. ahead .. ' ' .. expected
		elseif expected > tonumber(ARGV[ARGS + 4]) then
			answer = 'LATE ' .. ahead .. ' ' .. expected
		else
			enqueue(id, r, false)
			grant()
			answer = 'WAIT ' .. ahead .. ' ' .. expected
		end
	end
elseif op == 'release' then
	-- id, served, milliseconds held, what the service said: maximum, current, ours
	if tonumber(ARGV[ARGS + 3]) > 0 then
		observe(tonumber(ARGV[ARGS + 3]), tonumber(ARGV[ARGS + 4]), tonumber(ARGV[ARGS + 5]))
	end
	drop(ARGV[ARGS])
	if ARGV[ARGS + 1] == '1' then
		local time, average = tonumber(ARGV[ARGS + 2]), get('hold', 0)
		set('hold', tostring(average == 0 and time or average + (time - average) / 8))
		served()
	end
	grant()
elseif op == 'observe' then
	observe(tonumber(ARGV[ARGS]), tonumber(ARGV[ARGS + 1]), tonumber(ARGV[ARGS + 2]))
	grant()
elseif op == 'drop' then
	for i = ARGS, #ARGV do
		drop(ARGV[i])
	end
	grant()
elseif op == 'back' then
	-- id, priority, weight, tenant, what the service named, a number from 0 to 1, the id of the permit
	local id, r = ARGV[ARGS], { p = tonumber(ARGV[ARGS + 1]), w = tonumber(ARGV[ARGS + 2]), h = 0, since = now, member = '', tenant = ARGV[ARGS + 3] }
	local permit = record(ARGV[ARGS + 6])
	rest(permit and permit.since or now, tonumber(ARGV[ARGS + 5]))
	drop(ARGV[ARGS + 6])
	refused(tonumber(ARGV[ARGS + 4]))
	enqueue(id, r, true)
	answer = 'WAIT 0 0'
elseif op == 'config' then
	-- limit, binding, whether it is the first word of an instance that has just begun. Such a word counts if it differs
	-- from the last one; a plan counts if no limit binds and it is another one.
	local word = ARGV[ARGS] .. ':' .. ARGV[ARGS + 1]
	local counts = ARGV[ARGS + 1] == '1' or s.bind ~= '1' and s.cfg ~= ARGV[ARGS]
	if ARGV[ARGS + 2] == '1' then
		counts = s.boot ~= word
		set('boot', word)
	end
	if counts then
		set('cfg', ARGV[ARGS])
		set('bind', ARGV[ARGS + 1])
		clear('after')
		if s.rumour then
			clear('max')
		end
	end
	grant()
elseif op == 'sync' then
	-- the maximum that the service named, if Redis has lost it; slots kept for me; n, ids that are gone; n, id and slots
	-- of permits held; n, id, priority, weight, tenant and milliseconds of those who wait
	local at = ARGS + 1
	if not s.max and adaptive and tonumber(ARGV[ARGS]) > 0 then
		set('max', ARGV[ARGS])
	end
	local reserve = tonumber(ARGV[at])
	if redis.call('ZADD', instances, now + lease, me) == 1 then
		local all = redis.call('ZRANGE', instances, 0, -1)
		for _, instance in ipairs(all) do
			redis.call('PUBLISH', channel .. instance, group .. ' =' .. #all)
		end
	end
	redis.call('PUBLISH', channel .. me, group .. ' ?')
	if reserve > 0 then
		redis.call('HSET', alone, me, ARGV[at])
	else
		redis.call('HDEL', alone, me)
	end
	at = at + 1
	local n = tonumber(ARGV[at])
	for i = at + 1, at + n do
		drop(ARGV[i])
	end
	at = at + n + 1
	n = tonumber(ARGV[at])
	for i = at + 1, at + 2 * n, 2 do
		local id = ARGV[i]
		if redis.call('ZADD', held, 'XX', 'CH', now + lease, id) == 0 and not redis.call('ZSCORE', held, id) then
			drop(id)
			hold(id, { p = 1, w = tonumber(ARGV[i + 1]), h = 0, since = now, member = '', tenant = '' }, tonumber(ARGV[i + 1]), now + lease)
		end
	end
	at = at + 2 * n + 1
	n = tonumber(ARGV[at])
	for i = at + 1, at + 5 * n, 5 do
		local id = ARGV[i]
		if redis.call('ZSCORE', held, id) then
			local r = record(id)
			grants[#grants + 1] = id .. ' ' .. (r and r.h or 1) .. ' ' .. inflight
		elseif redis.call('ZSCORE', wait, id) then
			redis.call('ZADD', wait, 'XX', now + lease, id)
		else
			enqueue(id, { p = tonumber(ARGV[i + 1]), w = tonumber(ARGV[i + 2]), h = 0, since = now - tonumber(ARGV[i + 4]), member = '', tenant = ARGV[i + 3] }, false)
		end
	end
	inflight = 0
	for _, id in ipairs(redis.call('ZRANGE', held, 0, -1)) do
		local r = record(id)
		if r then
			inflight = inflight + r.h
		else
			redis.call('ZREM', held, id)
		end
	end
	grant()
	for i = 1, #KEYS do
		redis.call('PEXPIRE', KEYS[i], KEEP)
	end
elseif op == 'bye' then
	redis.call('ZREM', instances, me)
	redis.call('HDEL', alone, me)
	for i = ARGS, #ARGV do
		drop(ARGV[i])
	end
	grant()
elseif op == 'position' then
	local r = record(ARGV[ARGS])
	local rank = r and r.h == 0 and redis.call('ZRANK', queues[r.p], r.member)
	local ahead = rank or 0
	for p = 1, rank and r.p - 1 or 0 do
		ahead = ahead + redis.call('ZCARD', queues[p])
	end
	answer = 'WAIT ' .. ahead .. ' ' .. (rank and math.floor((ahead + 1) * get('hold', 0) / limit()) or 0)
elseif op == 'wake' then
	grant()
end

set('inflight', text(inflight))
local changes = {}
for name in pairs(dirty) do
	changes[#changes + 1] = name
	changes[#changes + 1] = s[name]
end
redis.call('HSET', state, unpack(changes))

local learned = (s.max or s.after) and 1 or 0
local named = s.rumour and 0 or get('max', 0)
return answer .. '\n' .. limit() .. ' ' .. redis.call('ZCARD', instances) .. ' ' .. get('cfg', 1) .. ' ' .. (s.bind or '0') .. ' ' .. learned
	.. ' ' .. named .. ' ' .. paused() .. ' ' .. math.floor(get('hold', 0)) .. ' ' .. redis.call('ZCARD', wait) .. '\n' .. table.concat(grants, ',')
