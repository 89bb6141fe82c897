// A dashboard as a page: window.draw(dashboard, answers) lays its panels out as Grafana does.
import {createTheme, dateTime} from '@grafana/data';
import {GlobalStyles, PanelChrome, ThemeContext} from '@grafana/ui';
import React from 'react';
import {createRoot} from 'react-dom/client';

import {framesOf} from './frames.js';
import {KINDS} from './panels.jsx';

const COLUMNS = 24,
  ROW_HEIGHT = 30,
  GAP = 8;
const theme = createTheme({colors: {mode: 'dark'}});

const place = ({x, y, w, h}, column) => ({
  position: 'absolute',
  left: x * column,
  top: y * (ROW_HEIGHT + GAP),
  width: w * column - GAP,
  height: h * (ROW_HEIGHT + GAP) - GAP,
});

function Panel({panel, frames, answers, range, seconds, column}) {
  const style = place(panel.gridPos, column);
  const Kind = KINDS[panel.type];
  return (
    <div style={style}>
      <PanelChrome
        title={panel.title}
        width={style.width}
        height={style.height}
        padding={panel.type === 'table' ? 'none' : 'md'}
      >
        {(width, height) => (
          <Kind
            panel={panel}
            frames={frames}
            answers={answers}
            width={width}
            height={height}
            range={range}
            seconds={seconds}
          />
        )}
      </PanelChrome>
    </div>
  );
}

function Header({dashboard, chosen}) {
  const shown = dashboard.templating.list.filter(({hide}) => hide !== 2);
  const valueOf = ({name, type}) =>
    type === 'datasource' ? 'Prometheus' : (chosen[name] ?? ['All']).join(' + ');
  return (
    <header>
      <h1>{dashboard.title}</h1>
      {shown.map((variable) => (
        <span key={variable.name} className="variable">
          <b>{variable.label}</b>
          <i>{valueOf(variable)}</i>
        </span>
      ))}
      <span className="dropdown">{dashboard.links[0].title} ▾</span>
    </header>
  );
}

function Page({dashboard, chosen, drawn, width, ...time}) {
  const column = (width - GAP) / COLUMNS;
  const bottom = Math.max(...dashboard.panels.map(({gridPos: {y, h}}) => y + h));
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Header dashboard={dashboard} chosen={chosen} />
      <main style={{height: bottom * (ROW_HEIGHT + GAP)}}>
        {dashboard.panels
          .filter(({type}) => type === 'row')
          .map((row) => (
            <h2 key={row.id} style={place(row.gridPos, column)}>
              ▾ {row.title}
            </h2>
          ))}
        {drawn.map(({panel, frames, answers}) => (
          <Panel
            key={panel.id}
            panel={panel}
            frames={frames}
            answers={answers}
            column={column}
            {...time}
          />
        ))}
      </main>
    </ThemeContext.Provider>
  );
}

window.draw = async (dashboard, {chosen, panels}, seconds) => {
  const [from, to] = [dateTime(1000 * seconds.start), dateTime(1000 * seconds.end)];
  const drawn = [];
  for (const panel of dashboard.panels.filter(({type}) => type !== 'row')) {
    const answers = panels[panel.title] ?? {};
    drawn.push({panel, answers, frames: await framesOf(panel, answers, seconds)});
  }
  createRoot(document.getElementById('page')).render(
    <Page
      dashboard={dashboard}
      chosen={chosen}
      drawn={drawn}
      width={window.innerWidth}
      seconds={seconds}
      range={{from, to, raw: {from, to}}}
    />,
  );
};
