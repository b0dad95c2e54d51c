-- What waits for a person is Suspended: a later wave or hook of the same sync waits with it, by Argo CD's own rule.
local health = {status = "Progressing", message = "the operator has not looked at it yet"}
if obj.status == nil or obj.status.conditions == nil then return health end
if obj.status.observedGeneration ~= obj.metadata.generation then return health end
local waitsForPerson = {AwaitingKey = true, Suspended = true, Observing = true}
local ready, stalled
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then ready = condition end
  if condition.type == "Stalled" and condition.status == "True" then stalled = condition end
end
if ready == nil then return health end
health.message = (ready.reason or "") .. ": " .. (ready.message or "")
if stalled ~= nil then health.status = "Degraded"
elseif waitsForPerson[ready.reason] then health.status = "Suspended"
elseif ready.status == "True" then health.status = "Healthy" end
return health
