import { startFirefox } from './firefox.ts';
import { testViews } from './views.ts';

testViews({ name: 'Firefox', executable: '/usr/bin/firefox-esr', start: startFirefox });
