/** The look, in one place: contrast corrections of Mantine for WCAG 2.2 AA, and the colours that carry meaning. */
import {
  ActionIcon,
  Button,
  createTheme,
  type CSSVariablesResolver,
  Input,
  Modal,
  SegmentedControl,
  Select,
  Tabs,
  Tooltip,
} from '@mantine/core';

const monospace =
  "ui-monospace, 'SF Mono', 'Cascadia Mono', 'Segoe UI Mono', 'Liberation Mono', 'DejaVu Sans Mono', Menlo, monospace";

export const theme = createTheme({
  primaryColor: 'blue',
  // Mantine's own shade 6 carries white text at 3.56:1 only.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  // At the default .3 the worst shade carries its text at 3.04:1; at .18 every shade reaches 4.6:1.
  luminanceThreshold: 0.18,
  respectReducedMotion: true,
  defaultRadius: 6,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: monospace,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '18px', md: '20px', lg: '24px', xl: '28px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  colors: {
    dark: [
      '#e6e8eb',
      '#b9bec5',
      '#9aa1aa',
      '#747c86',
      '#464c54',
      '#343940',
      '#262a2f',
      '#1d2024',
      '#17191d',
      '#111316',
    ],
  },
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm', variant: 'default' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { size: 'md', variant: 'subtle', color: 'gray' } }),
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
    Modal: Modal.extend({
      defaultProps: {
        centered: true,
        transitionProps: { duration: 100 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: 'xs' } }),
    Select: Select.extend({ defaultProps: { comboboxProps: { shadow: 'md' } } }),
    Tabs: Tabs.extend({ defaultProps: { keepMounted: false } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, multiline: true, maw: 320, openDelay: 200 } }),
  },
});

const light = {
  '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
  '--mantine-color-placeholder': 'var(--mantine-color-gray-6)',
  '--mantine-color-error': 'var(--mantine-color-red-9)',
  '--mantine-color-gray-light-color': 'var(--mantine-color-gray-8)',
  '--page': '#f6f7f9',
  '--panel': '#ffffff',
  '--sunken': '#f1f3f5',
  '--line': '#dde1e6',
  '--line-strong': '#868e96',
  '--ink': '#16191d',
  '--good': '#226b31',
  '--good-wash': '#e9f7ec',
  '--warn': '#7a4a00',
  '--warn-wash': '#fff3dc',
  '--bad': '#b42318',
  '--bad-wash': '#fdeceb',
  '--info': '#1864ab',
  '--info-wash': '#e8f3fc',
  '--leaves': '#5f3dc4',
  '--leaves-line': '#7048e8',
  '--leaves-wash': '#f4f1ff',
  '--chart-bank': '#0072b2',
  '--chart-consortium': '#d55e00',
  '--chart-held': '#7fb8d8',
  '--chart-noise': '#5c636a',
  '--chart-alarm': '#b42318',
  '--chart-line': '#e9ecef',
};

const dark: Record<keyof typeof light, string> = {
  '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
  '--mantine-color-placeholder': 'var(--mantine-color-dark-2)',
  '--mantine-color-error': '#ff8f87',
  '--mantine-color-gray-light-color': 'var(--mantine-color-dark-0)',
  '--page': '#15171a',
  '--panel': '#1d2024',
  '--sunken': '#17191d',
  '--line': '#343940',
  '--line-strong': '#747c86',
  '--ink': '#e6e8eb',
  '--good': '#7fd493',
  '--good-wash': '#182b1d',
  '--warn': '#f2bd6b',
  '--warn-wash': '#30260f',
  '--bad': '#ff958c',
  '--bad-wash': '#361a18',
  '--info': '#7cc0f7',
  '--info-wash': '#13283a',
  '--leaves': '#bda8ff',
  '--leaves-line': '#8f73f5',
  '--leaves-wash': '#241f38',
  '--chart-bank': '#56b4e9',
  '--chart-consortium': '#e69f00',
  '--chart-held': '#3f7ea3',
  '--chart-noise': '#9aa1aa',
  '--chart-alarm': '#ff958c',
  '--chart-line': '#2a2e34',
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light, dark });
