/** What Argo CD runs to tell the health of an object of ours, and the action that has one looked at now: as Lua. */
import { annotations } from '../../src/api/labels.ts'
import { awaitsPerson } from '../../src/api/attention.ts'

/** Argo CD tells by itself what is being deleted. */
const ofPeople = awaitsPerson.filter(reason => reason !== 'Deleting')

/** The same for every kind, as all have the same conditions. Of Lua's libraries it needs none. */
export const healthScript = `-- What waits for a person is Suspended: a later wave or hook of the same sync waits with it, by Argo CD's own rule.
local health = {status = "Progressing", message = "the operator has not looked at it yet"}
if obj.status == nil or obj.status.conditions == nil then return health end
if obj.status.observedGeneration ~= obj.metadata.generation then return health end
local waitsForPerson = {${ofPeople.map(reason => `${reason} = true`).join(', ')}}
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
`

export const actionName = 'resync'

export const discoveryScript = `return {${actionName} = {disabled = false}}
`

/** Argo CD has no global os: who does not ask for it fails. */
export const resyncScript = `local os = require("os")
if obj.metadata.annotations == nil then obj.metadata.annotations = {} end
obj.metadata.annotations["${annotations.resync}"] = os.date("!%Y-%m-%dT%XZ")
return obj
`

/**
 * Of Argo CD's own kind Application, whose health it no longer has by itself: without it, no wave of a parent waits for
 * anything. A child is done when it is synced to what its parent asks for now, and not before; what waits for a person in
 * it holds nobody up.
 */
export const applicationHealthScript = `local health = {status = "Progressing", message = "not compared yet"}
local status = obj.status
if status == nil or status.health == nil or status.sync == nil then return health end
local compared = status.sync.comparedTo
local wanted, seen = obj.spec.source, compared and compared.source
if wanted ~= nil and seen ~= nil and wanted.targetRevision ~= seen.targetRevision then
  health.message = "not compared to " .. (wanted.targetRevision or "HEAD") .. " yet"
  return health
end
if status.sync.status ~= "Synced" then
  health.message = "not synced yet"
  local operation = status.operationState
  if operation ~= nil and (operation.phase == "Failed" or operation.phase == "Error") then
    health.status = "Degraded"
    health.message = operation.message or "its sync failed"
  end
  return health
end
health.status = status.health.status or "Progressing"
health.message = status.health.message or ""
if health.status == "Suspended" then
  health.status = "Healthy"
  health.message = "something in it waits for a person"
end
return health
`
