import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist/**'] },
  ...ts.configs.recommended,
  ...vue.configs['flat/essential'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ['**/*.{ts,vue}'],
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      // What a client wrote is text; HTML is shown in a sandboxed frame only.
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
      // A style attribute in a template may be written as HTML, which the policy refuses.
      'vue/no-static-inline-styles': 'error',
      'vue/no-undef-components': ['error', { ignorePatterns: ['RouterLink', 'RouterView', 'I18nT'] }],
    },
  },
)
