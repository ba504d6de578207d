-- What every client of the benchmarks does: POST the same JSON again and again, and count what was
-- answered. By the environment:
--   SIZE     bytes of a message (256)
--   BATCH    messages in a request; 0 is a single POST (0)
--   STATUS   the status that means accepted (202)
--   OUTCOME  what the answer must say besides, once for each message; nothing where empty
--   PAYLOAD  "management": as the management API takes it
--   PATIENT  if not empty, who is refused sends again after the Retry-After of the answer, as a client should
local size = tonumber(os.getenv("SIZE") or 256)
local batch = tonumber(os.getenv("BATCH") or 0)
local status_of_accepted = tonumber(os.getenv("STATUS") or 202)
local outcome = os.getenv("OUTCOME") or ""

local message = '{"order":"' .. string.rep("x", size - 12) .. '"}'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = message
if batch > 0 then
  wrk.headers["Content-Type"] = "application/x-ndjson"
  wrk.body = string.rep(message .. "\n", batch)
elseif os.getenv("PAYLOAD") == "management" then
  wrk.headers["Authorization"] = "Basic Z3Vlc3Q6Z3Vlc3Q="
  wrk.body = string.format('{"properties":{"delivery_mode":2,"content_type":"application/json","message_id":"1"},'
    .. '"routing_key":"hello","payload_encoding":"string","payload":"%s"}', message:gsub('"', '\\"'))
end

-- wrk asks for it right after the answer on the same connection; not defined, it costs nothing.
local pause = 0
if (os.getenv("PATIENT") or "") ~= "" then
  function delay()
    local millis = pause
    pause = 0
    return millis
  end
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init()
  accepted, other, first_other = 0, 0, ""
end

function response(status, headers, body)
  local each = (batch > 0) and batch or 1
  local said = 0
  if outcome == "" then
    said = (status == status_of_accepted) and each or 0
  elseif each == 1 then
    said = (status == status_of_accepted and body:find(outcome, 1, true)) and 1 or 0
  else
    local from = 1
    while true do
      local _, last = body:find(outcome, from, true)
      if not last then break end
      said, from = said + 1, last + 1
    end
  end
  accepted = accepted + said
  if said < each then
    other = other + each - said
    pause = 1000 * tonumber(headers["Retry-After"] or 0)
    if first_other == "" then first_other = status .. " " .. body:sub(1, 300) end
  end
end

-- accepted, not accepted, seconds, answers that never came
function done(summary)
  local accepted, other = 0, 0
  for _, thread in ipairs(threads) do
    accepted, other = accepted + thread:get("accepted"), other + thread:get("other")
    if thread:get("first_other") ~= "" then print("first answer that is not accepted: " .. thread:get("first_other")) end
  end
  local errors = summary.errors
  print(string.format("answers %d %d %.3f %d", accepted, other, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout))
end
