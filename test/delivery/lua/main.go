// Runs a script as Argo CD does, on one object a line: the global obj is the object, and what it returns is the answer.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	lua "github.com/yuin/gopher-lua"
)

const longestLine = 16 << 20

func main() {
	if err := judge(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(script string) error {
	text, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var object any
		if err := json.Unmarshal(lines.Bytes(), &object); err != nil {
			return err
		}
		answer, err := run(string(text), object)
		if err != nil {
			return err
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

// Argo CD opens these libraries, and of os only what tells the time.
func run(script string, object any) (any, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable,
		lua.StringLibName: lua.OpenString, lua.MathLibName: lua.OpenMath, lua.OsLibName: lua.OpenOs,
	} {
		state.Push(state.NewFunction(open))
		state.Push(lua.LString(name))
		state.Call(1, 0)
	}
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		return nil, err
	}
	return fromLua(state.Get(-1)), nil
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch given := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for name, inner := range given {
			table.RawSetString(name, toLua(state, inner))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, inner := range given {
			table.Append(toLua(state, inner))
		}
		return table
	case string:
		return lua.LString(given)
	case float64:
		return lua.LNumber(given)
	case bool:
		return lua.LBool(given)
	}
	return lua.LNil
}

func fromLua(value lua.LValue) any {
	switch given := value.(type) {
	case *lua.LTable:
		if given.Len() > 0 {
			list := []any{}
			given.ForEach(func(_, inner lua.LValue) { list = append(list, fromLua(inner)) })
			return list
		}
		fields := map[string]any{}
		given.ForEach(func(name, inner lua.LValue) { fields[name.String()] = fromLua(inner) })
		return fields
	case lua.LString:
		return string(given)
	case lua.LNumber:
		return float64(given)
	case lua.LBool:
		return bool(given)
	}
	return nil
}
