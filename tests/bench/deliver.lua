-- Posts prepared deliveries, each once: lines of "signature<TAB>body" in the file given as the argument.
local count = 0

function setup(thread)
  thread:set("mine", count)
  count = count + 1
end

function init(args)
  prepared, sent = {}, 0
  local number, threads = 0, tonumber(args[2])
  for line in io.lines(args[1]) do
    if number % threads == mine then
      local signature, body = line:match("^(%S+)\t(.*)$")
      local headers = {
        ["Content-Type"] = "application/json",
        ["X-WC-Webhook-Source"] = "https://shop.example/",
        ["X-WC-Webhook-Topic"] = "order.created",
        ["X-WC-Webhook-Signature"] = signature,
      }
      prepared[#prepared + 1] = wrk.format("POST", "/api/woocommerce/webhook", headers, body)
    end
    number = number + 1
  end
end

function request()
  sent = sent + 1
  if sent > #prepared then
    wrk.thread:stop()
    return prepared[#prepared]
  end
  return prepared[sent]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %d\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
