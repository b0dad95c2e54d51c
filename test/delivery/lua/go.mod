// gopher-lua, the Lua that Argo CD runs health checks and actions in: built once by ../go-tool.ts.
module lenskeeper.dev/test/lua

go 1.26.0

require github.com/yuin/gopher-lua v1.1.2
